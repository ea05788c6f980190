"""Peers that cut: scikit-image on reformatted planes, and an isosurface cut by planes with VTK."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import vtk
from skimage.measure import label, regionprops
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from imaging.nerve.volume import Volume
from imaging.render.sampling import sample
from tests.bench.guide import Floats, Guide, region_about
from tests.bench.voxel_peers import NotFound, Reading

PIXEL_MM = 0.1
HALF_PX = 25
HALF_HEIGHT = 0.5


def region_properties(volume: Volume, guide: Guide) -> Reading:
    """scikit-image: cubic planes of 0.1 mm perpendicular to the true course, cut at half height;
    the area of the region about the middle."""
    offset = PIXEL_MM * np.arange(-HALF_PX, HALF_PX + 1)
    across = [_across(normal) for normal in guide.normals]
    first, second = (np.array(side)[:, None, None] for side in zip(*across, strict=True))
    points = guide.points_mm[:, None, None] + (
        offset[:, None, None] * first + offset[None, :, None] * second
    )
    planes = sample(volume, points, order=3) < guide.level(HALF_HEIGHT)
    areas = np.array([_middle_area(plane) for plane in planes])
    return Reading(float(areas.mean()), guide.arc_mm, areas)


def _across(normal: Floats) -> tuple[Floats, Floats]:
    up = np.eye(3)[int(np.argmin(np.abs(normal)))]
    up = up - (up @ normal) * normal
    up = up / np.linalg.norm(up)
    return up, np.cross(normal, up)


def _middle_area(plane: Floats) -> float:
    """Area in mm² of the region on the middle pixel, 0 where there is none."""
    labels = label(plane)
    middle = labels[HALF_PX, HALF_PX]
    sizes = {region.label: region.area for region in regionprops(labels)}
    return float(sizes.get(middle, 0.0)) * PIXEL_MM**2


def surface_cuts(volume: Volume, guide: Guide) -> Reading:
    """VMTK's principle, by VTK: the isosurface at half height, cut by planes perpendicular to the
    true course; the area of the closed line about the course. A plane where the surface is open,
    because a vessel leaves the box, is NaN and does not count against it."""
    surface = _isosurface(volume, guide)
    plane, cutter, stripper = vtk.vtkPlane(), vtk.vtkCutter(), vtk.vtkStripper()
    cutter.SetInputData(surface)
    cutter.SetCutFunction(plane)
    stripper.SetInputConnection(cutter.GetOutputPort())
    stripper.JoinContiguousSegmentsOn()
    stripper.SetMaximumLength(100_000)
    areas = []
    for point, normal in zip(guide.points_mm, guide.normals, strict=True):
        plane.SetOrigin(*point)
        plane.SetNormal(*normal)
        stripper.Update()
        areas.append(_area_about(stripper.GetOutput(), point, normal))
    closed = np.isfinite(areas)
    if not closed.any():
        raise NotFound("The surface has no closed line about the course.")
    return Reading(float(np.mean(areas, where=closed)), guide.arc_mm, np.array(areas))


def _isosurface(volume: Volume, guide: Guide) -> vtk.vtkPolyData:
    region = region_about(volume, guide)
    image = vtk.vtkImageData()
    image.SetDimensions(*region.values.shape)
    image.GetPointData().SetScalars(numpy_to_vtk(region.values.ravel(order="F"), deep=True))
    edges = vtk.vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, guide.level(HALF_HEIGHT))
    edges.ComputeNormalsOff()
    edges.Update()
    surface = edges.GetOutput()
    index = vtk_to_numpy(surface.GetPoints().GetData()).astype(float) + region.first
    surface.GetPoints().SetData(numpy_to_vtk(volume.to_patient(index), deep=True))
    return surface


def _area_about(lines: vtk.vtkPolyData, point: Floats, normal: Floats) -> float:
    """Area in mm² of the smallest closed line that goes round the point, NaN where none does."""
    if lines.GetNumberOfLines() == 0:
        return np.nan
    up, side = _across(normal)
    offset = vtk_to_numpy(lines.GetPoints().GetData()) - point
    flat = np.stack([offset @ up, offset @ side], axis=1)
    cells = lines.GetLines()
    starts = vtk_to_numpy(cells.GetOffsetsArray())
    joined = vtk_to_numpy(cells.GetConnectivityArray())
    found = []
    for first, last in pairwise(starts):
        line = flat[joined[first:last]]
        if joined[first] == joined[last - 1] and _turns(line) != 0:
            found.append(_shoelace(line))
    return min(found, default=np.nan)


def _turns(line: Floats) -> int:
    """How often a closed line, shape (n, 2), goes round the origin."""
    angle = np.unwrap(np.arctan2(line[:, 1], line[:, 0]))
    return round(float(angle[-1] - angle[0]) / (2 * np.pi))


def _shoelace(line: Floats) -> float:
    x, y = line.T
    return float(abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2)
