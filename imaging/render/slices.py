"""One slice of a volume as the browser shows it, and the way between its pixels and the patient."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from imaging.nerve.volume import Volume
from imaging.render.course import Floats
from imaging.render.sampling import Window

Orientation = Literal["axial", "coronal", "sagittal"]
ORIENTATIONS: tuple[Orientation, ...] = ("axial", "coronal", "sagittal")

# For each: the patient axis through the slices, that to the right of the screen, that downwards.
# Radiological: the patient's right is on the viewer's left; superior is up.
_SCREEN: dict[Orientation, tuple[Floats, Floats, Floats]] = {
    "axial": (np.array([0.0, 0, 1]), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])),
    "coronal": (np.array([0, 1.0, 0]), np.array([1.0, 0, 0]), np.array([0, 0, -1.0])),
    "sagittal": (np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), np.array([0, 0, -1.0])),
}


@dataclass(frozen=True)
class SliceView:
    """How a volume's own slices lie on the screen in one orientation.

    Slices are the volume's native ones (nothing is interpolated across them), of the voxel axis
    nearest to the orientation's; an oblique scan therefore shows as it was planned. Pixels are
    square, `pixel_mm` wide. `axes`: the voxel axes through the slices, to the right, downwards;
    `flipped`: whether each of them runs against its index.
    """

    orientation: Orientation
    affine: Floats
    size: tuple[int, int, int]
    axes: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]
    pixel_mm: float

    @classmethod
    def of(cls, volume: Volume, orientation: Orientation = "axial") -> SliceView:
        unit = volume.axes
        through, right, _ = _SCREEN[orientation]
        first = int(np.argmax(np.abs(unit.T @ through)))
        left_over = [axis for axis in range(3) if axis != first]
        second = max(left_over, key=lambda axis: abs(float(unit[:, axis] @ right)))
        third = next(axis for axis in left_over if axis != second)
        axes = (first, second, third)
        wanted = _SCREEN[orientation]
        flips = [float(unit[:, a] @ w) < 0 for a, w in zip(axes, wanted, strict=True)]
        return cls(
            orientation=orientation,
            affine=volume.affine,
            size=volume.size,
            axes=axes,
            flipped=(flips[0], flips[1], flips[2]),
            pixel_mm=float(volume.spacing_mm[[second, third]].min()),
        )

    @property
    def count(self) -> int:
        """How many slices there are."""
        return self.size[self.axes[0]]

    @property
    def shape_px(self) -> tuple[int, int]:
        """Width and height of the picture."""
        spacing = np.linalg.norm(self.affine[:3, :3], axis=0)
        width = round(self.size[self.axes[1]] * spacing[self.axes[1]] / self.pixel_mm)
        height = round(self.size[self.axes[2]] * spacing[self.axes[2]] / self.pixel_mm)
        return int(width), int(height)

    def to_patient(self, x: float, y: float, number: int) -> Floats:
        """The point of the patient (LPS, mm) under a pixel: x to the right, y down, from the
        centre of the top left pixel; number counts slices from 0 upwards (inferior, anterior or
        right first)."""
        width, height = self.shape_px
        index = np.empty(3)
        for axis, flip, place, extent in zip(
            self.axes, self.flipped, (number, x, y), (self.count, width, height), strict=True
        ):
            scaled = (place + 0.5) * self.size[axis] / extent - 0.5
            index[axis] = self.size[axis] - 1 - scaled if flip else scaled
        return np.asarray(self.affine[:3, :3] @ index + self.affine[:3, 3])

    def to_pixel(self, point_mm: Floats) -> tuple[float, float, float]:
        """Where a point of the patient is on the screen: x, y and (fractional) slice number."""
        width, height = self.shape_px
        inverse = np.linalg.inv(self.affine)
        index = inverse[:3, :3] @ np.asarray(point_mm, dtype=float) + inverse[:3, 3]
        places = []
        for axis, flip, extent in zip(
            self.axes, self.flipped, (self.count, width, height), strict=True
        ):
            along = self.size[axis] - 1 - index[axis] if flip else index[axis]
            places.append(float((along + 0.5) * extent / self.size[axis] - 0.5))
        return places[1], places[2], places[0]

    def cut(self, volume: Volume, number: int) -> Floats:
        """The slice's intensities as they lie on the screen, shape (native rows, columns)."""
        if not 0 <= number < self.count:
            raise ValueError(f"There are slices 0 to {self.count - 1}, not {number}.")
        first, second, third = self.axes
        row = self.count - 1 - number if self.flipped[0] else number
        plane = np.take(volume.voxels, row, axis=first)
        if second < third:
            plane = plane.T
        if self.flipped[1]:
            plane = plane[:, ::-1]
        return np.asarray(plane[::-1] if self.flipped[2] else plane)


def default_window(volume: Volume) -> Window:
    """A window for the whole volume, from a sample of its voxels."""
    step = max(1, round((volume.voxels.size / 200_000) ** (1 / 3)))
    return Window.of(volume.voxels[::step, ::step, ::step])


def slice_png(volume: Volume, view: SliceView, number: int, window: Window | None = None) -> bytes:
    """One slice as an 8-bit grey PNG with square pixels. The same input gives the same bytes."""
    grey = (window or default_window(volume)).grey(view.cut(volume, number))
    picture = Image.fromarray(np.ascontiguousarray(grey))
    if picture.size != view.shape_px:
        picture = picture.resize(view.shape_px, Image.Resampling.BILINEAR)
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=3)
    return out.getvalue()
