"""Whether slices make one right-angled volume: order, spacing, gaps, tilt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.dicom.header import Header
from imaging.told import told

Array = NDArray[np.float64]

COSINE_TOLERANCE = 2e-3  # scanners write cosines with 5 to 6 digits
STEP_TOLERANCE = 0.02  # of the step: positions are rounded, and interpolated exports wobble
STEP_TOLERANCE_MM = 0.01
TILT_TOLERANCE = 0.005  # sideways drift over a step; 0.3 degrees


@dataclass(frozen=True)
class Problem:
    """Something that keeps slices from being one volume: a short code and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Slice:
    """One plane of a stack: which file, which of its frames, and where."""

    header: Header
    frame: int
    position_mm: tuple[float, float, float]


@dataclass(frozen=True)
class Stack:
    """Slices in ascending order along their normal, with what is wrong with them.

    affine: (i, j, k, 1) to LPS mm, shape (4, 4); None where problems leave it undefined.
    """

    slices: tuple[Slice, ...]
    affine: Array | None
    problems: tuple[Problem, ...]

    @property
    def step_mm(self) -> float | None:
        return None if self.affine is None else float(np.linalg.norm(self.affine[:3, 2]))


def stack(headers: Sequence[Header]) -> Stack:
    """Order one series' slices and find what is wrong with them."""
    missing = _unplaced(headers)
    if missing:
        return Stack((), None, (missing,))
    mixed = _mixed(headers)
    if mixed:
        return Stack((), None, tuple(mixed))
    orientation = headers[0].orientation
    assert orientation is not None  # _unplaced
    normal = np.cross(orientation[:3], orientation[3:])
    slices = sorted(
        (
            Slice(header, frame, position)
            for header in headers
            for frame, position in enumerate(header.positions_mm)
        ),
        key=lambda s: (float(np.dot(s.position_mm, normal)), s.header.sop_uid, s.frame),
    )
    return _measure(slices, normal)


def _unplaced(headers: Sequence[Header]) -> Problem | None:
    placed = [
        h.orientation is not None
        and h.spacing_mm is not None
        and h.rows > 0
        and len(h.positions_mm) == h.frames
        for h in headers
    ]
    if headers and all(placed):
        return None
    lacking = placed.count(False)
    return Problem(
        "no_geometry",
        told(
            "%(lacking)s of %(images)s images do not say where they lie in the patient "
            "(position, orientation or pixel spacing is missing).",
            lacking=lacking,
            images=len(placed),
        ),
    )


def _mixed(headers: Sequence[Header]) -> list[Problem]:
    """What must be one and the same over a series, and is not."""
    problems = []
    if len({h.patient_id for h in headers}) > 1:
        problems.append(
            Problem("mixed_patients", told("The images carry more than one patient ID."))
        )
    if len({(h.rows, h.columns) for h in headers}) > 1:
        problems.append(Problem("mixed_sizes", told("The images differ in rows or columns.")))
    if not _close([h.spacing_mm or () for h in headers], 1e-3):
        problems.append(Problem("mixed_spacing", told("The images differ in pixel spacing.")))
    if not _close([h.orientation or () for h in headers], COSINE_TOLERANCE):
        problems.append(
            Problem(
                "mixed_orientation",
                told("The images lie in different directions, as a localiser's."),
            )
        )
    return problems


def _close(rows: Sequence[Sequence[float]], tolerance: float) -> bool:
    values = np.array(rows, dtype=float)
    return bool(np.all(np.ptp(values, axis=0) <= tolerance))


def _measure(slices: Sequence[Slice], normal: Array) -> Stack:
    header = slices[0].header
    if len(slices) < 2:
        single = Problem("one_slice", told("The series has a single image, which is no volume."))
        return Stack(tuple(slices), None, (single,))
    positions = np.array([s.position_mm for s in slices])
    along = positions @ normal
    gaps = np.diff(along)
    problems = _gap_problems(gaps)
    step = (positions[-1] - positions[0]) / (len(slices) - 1)
    if not problems and _sideways(step, normal) > TILT_TOLERANCE:
        problems.append(
            Problem(
                "tilted",
                told("The slices are stacked at a slant (gantry tilt), not at right angles."),
            )
        )
    if problems:
        return Stack(tuple(slices), None, tuple(problems))
    return Stack(tuple(slices), _affine(header, positions[0], normal * (step @ normal)), ())


def _gap_problems(gaps: Array) -> list[Problem]:
    """Doubled, missing or unevenly spaced slices, by the median gap of those that differ."""
    doubled = gaps < STEP_TOLERANCE_MM
    if np.any(doubled):
        count = int(doubled.sum())
        return [
            Problem(
                "doubled_slices",
                told("%(count)s places in the patient are imaged twice.", count=count),
            )
        ]
    step = float(np.median(gaps))
    missing = int(np.sum(np.round(gaps / step) - 1, where=gaps > 1.5 * step))
    if missing > 0:
        return [
            Problem(
                "missing_slices", told("%(missing)s of the slices are missing.", missing=missing)
            )
        ]
    if np.any(np.abs(gaps - step) > max(STEP_TOLERANCE * step, STEP_TOLERANCE_MM)):
        return [
            Problem(
                "uneven_slices",
                told(
                    "The slices are %(least)s to %(most)s mm apart, not evenly.",
                    least=f"{gaps.min():.2f}",
                    most=f"{gaps.max():.2f}",
                ),
            )
        ]
    return []


def _sideways(step: Array, normal: Array) -> float:
    return float(np.linalg.norm(step - normal * (step @ normal)) / np.linalg.norm(step))


def _affine(header: Header, origin: Array, step: Array) -> Array:
    assert header.orientation is not None  # _unplaced
    assert header.spacing_mm is not None
    affine = np.eye(4)
    affine[:3, 0] = np.array(header.orientation[:3]) * header.spacing_mm[0]
    affine[:3, 1] = np.array(header.orientation[3:]) * header.spacing_mm[1]
    affine[:3, 2] = step
    affine[:3, 3] = origin
    return affine
