"""Peers that count voxels: a threshold alone, and SimpleITK's label shape statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from imaging.nerve.volume import Volume
from tests.bench.guide import Floats, Guide, Region, region_about

WINDOW_MM = 1.0
SHARES = tuple(round(0.30 + 0.02 * step, 2) for step in range(26))
OUTSIDE, INSIDE = 0, 1


@dataclass(frozen=True)
class Reading:
    """What one method says of one nerve. arc_mm, area_mm2: shape (n,), on the true course;
    NaN where the method has no area."""

    mean_mm2: float
    arc_mm: Floats
    area_mm2: Floats


class NotFound(ValueError):
    """A peer found no nerve; the message is for the table."""


def count_voxels(volume: Volume, guide: Guide, share: float) -> Reading:
    """Voxels darker than `share` of the way from nerve to fluid, connected along the true course,
    within 1.5 mm of it and between the true ends. Local areas: counts in a sliding 1 mm."""
    region = region_about(volume, guide)
    mask = _on_course(region.near & (region.values < guide.level(share)), volume, guide, region)
    voxel_mm3 = float(np.prod(volume.spacing_mm))
    low = np.maximum(guide.arc_mm - WINDOW_MM / 2, 0.0)
    high = np.minimum(guide.arc_mm + WINDOW_MM / 2, guide.length_mm)
    places = np.sort(region.arc_mm[mask])
    counted = np.searchsorted(places, high) - np.searchsorted(places, low)
    mean = mask.sum() * voxel_mm3 / guide.length_mm
    return Reading(float(mean), guide.arc_mm, counted * voxel_mm3 / (high - low))


def label_shapes(volume: Volume, guide: Guide) -> Reading:
    """SimpleITK: Otsu's threshold about the nerve, connected components, label shape statistics.

    The mean is the label's physical size over the true length. Local areas are the label's in each
    slice across the axis that the nerve is most along, times the cosine of the true obliquity.
    """
    region = region_about(volume, guide)
    spacing = [float(step) for step in volume.spacing_mm]
    image = sitk.GetImageFromArray(region.values.T)
    near = sitk.GetImageFromArray(region.near.T.astype(np.uint8))
    image.SetSpacing(spacing)
    near.SetSpacing(spacing)
    otsu = sitk.OtsuThresholdImageFilter()
    otsu.SetInsideValue(INSIDE)
    otsu.SetOutsideValue(OUTSIDE)
    otsu.SetMaskValue(INSIDE)
    dark = sitk.And(otsu.Execute(image, near), near)
    labels = sitk.ConnectedComponent(dark, True)
    shapes = sitk.LabelShapeStatisticsImageFilter()
    shapes.Execute(labels)
    found = shapes.GetLabels()
    if not found:
        raise NotFound("Otsu's threshold left no label.")
    best = max(found, key=shapes.GetPhysicalSize)
    arc, area = _slice_areas(volume, guide, region, labels == best)
    return Reading(shapes.GetPhysicalSize(best) / guide.length_mm, arc, area)


def _slice_areas(
    volume: Volume, guide: Guide, region: Region, label: sitk.Image
) -> tuple[Floats, Floats]:
    """Arc lengths and areas of a label, slice by slice, by SimpleITK in two dimensions."""
    along = guide.normals @ volume.axes
    axis = int(np.argmax(np.abs(along).mean(axis=0)))
    level = volume.to_index(guide.points_mm)[:, axis] - region.first[axis]
    order = np.argsort(level)
    arcs, areas = [], []
    shapes = sitk.LabelShapeStatisticsImageFilter()
    slices = np.arange(np.ceil(level.min()), np.floor(level.max()) + 1).astype(int)
    for number in slices:
        size, start = list(label.GetSize()), [0, 0, 0]
        size[axis], start[axis] = 0, int(number)
        shapes.Execute(sitk.Extract(label, size, start))
        size_mm2 = shapes.GetPhysicalSize(1) if shapes.HasLabel(1) else 0.0
        cosine = np.interp(number, level[order], np.abs(along[order, axis]))
        arcs.append(float(np.interp(number, level[order], guide.arc_mm[order])))
        areas.append(float(size_mm2 * cosine))
    return np.array(arcs), np.array(areas)


def _on_course(
    mask: NDArray[np.bool_], volume: Volume, guide: Guide, region: Region
) -> NDArray[np.bool_]:
    """The part of a mask that is connected to the course."""
    labels, _ = ndimage.label(mask, np.ones((3, 3, 3)))  # type: ignore[attr-defined]
    index = np.rint(volume.to_index(guide.points_mm)).astype(int) - region.first
    met = np.unique(labels[tuple(index.T)])
    return np.isin(labels, met[met > 0])
