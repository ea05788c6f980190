"""Where each frame of an instance lies, for single-frame and enhanced multi-frame images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

Vector3 = tuple[float, float, float]
Vector6 = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Plane:
    """One frame's place and scale. mm, LPS; None where the file is silent.

    spacing_mm: between columns (along a row), then between rows.
    slope, intercept: stored value to intensity (PS3.3 C.7.6.16.2.9, C.11.1).
    """

    index: int
    spacing_mm: tuple[float, float] | None
    orientation: Vector6 | None
    position_mm: Vector3 | None
    thickness_mm: float | None
    slope: float
    intercept: float


def numbers(value: Any) -> list[float]:
    """Finite numbers of an element's value; none where any is missing or not a number."""
    several = list(value) if isinstance(value, (MultiValue, list, tuple)) else [value]
    try:
        found = [float(v) for v in several if v is not None and v != ""]
    except (TypeError, ValueError):
        return []
    return found if all(math.isfinite(v) for v in found) else []


def planes_of(dataset: Dataset) -> list[Plane]:
    """One plane a frame, in the file's order."""
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence")
    if not per_frame:
        return [_plane(0, [dataset])]
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or [])
    return [_plane(index, _groups([frame, *shared])) for index, frame in enumerate(per_frame)]


def _groups(holders: list[Dataset]) -> list[Dataset]:
    """The macros that say place and scale, a frame's own before the shared ones."""
    names = (
        "PixelMeasuresSequence",
        "PlaneOrientationSequence",
        "PlanePositionSequence",
        "PixelValueTransformationSequence",
    )
    return [item for holder in holders for name in names for item in (holder.get(name) or [])]


def _plane(index: int, holders: list[Dataset]) -> Plane:
    def look(keyword: str, count: int) -> list[float]:
        for holder in holders:
            found = numbers(holder.get(keyword))
            if len(found) == count:
                return found
        return []

    spacing = look("PixelSpacing", 2)
    orientation = look("ImageOrientationPatient", 6)
    position = look("ImagePositionPatient", 3)
    thickness = look("SliceThickness", 1)
    slope, intercept = look("RescaleSlope", 1), look("RescaleIntercept", 1)
    return Plane(
        index=index,
        spacing_mm=(spacing[1], spacing[0]) if spacing and min(spacing) > 0 else None,
        orientation=_six(orientation),
        position_mm=(position[0], position[1], position[2]) if position else None,
        thickness_mm=thickness[0] if thickness else None,
        slope=slope[0] if slope and slope[0] != 0 else 1.0,
        intercept=intercept[0] if intercept else 0.0,
    )


def _six(values: list[float]) -> Vector6 | None:
    """Direction cosines that are unit and right-angled within what DS rounding allows."""
    if len(values) != 6:
        return None
    row, column = values[:3], values[3:]
    lengths = math.hypot(*row), math.hypot(*column)
    across = sum(a * b for a, b in zip(row, column, strict=True))
    if abs(lengths[0] - 1) > 1e-3 or abs(lengths[1] - 1) > 1e-3 or abs(across) > 1e-3:
        return None
    return (row[0], row[1], row[2], column[0], column[1], column[2])
