"""Curved planar reformations of a nerve, with the way back from pixel to patient.

Straightened: each column is a line perpendicular to the nerve. Stretched (Kanitsar, Wegenkittl,
Fleischmann, Gröller 2002, "CPR: curved planar reformation"): the surface that a fixed direction
sweeps along the nerve, unrolled without changing lengths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.nerve.volume import Volume
from imaging.render.course import Floats, NerveCourse
from imaging.render.sampling import sample


@dataclass(frozen=True)
class Reformat:
    """A reformatted picture; rows run across the nerve, columns along it.

    values: (rows, columns), NaN outside the volume. points_mm: (rows, columns, 3), where each
    pixel is in the patient (LPS): the inverse map. folded: (rows, columns), true where the
    perpendicular lines cross because the distance from the nerve exceeds its bend's radius.
    centre_row: (columns,), the row of the nerve's own centre. arc_mm: (columns,).
    """

    values: Floats
    points_mm: Floats
    folded: NDArray[np.bool_]
    centre_row: Floats
    arc_mm: Floats
    pixel_mm: float


def straightened(
    volume: Volume,
    course: NerveCourse,
    *,
    angle_deg: float = 0.0,
    half_width_mm: float = 4.0,
    pixel_mm: float = 0.1,
    order: int = 3,
) -> Reformat:
    """The nerve laid straight, cut at `angle_deg` about its axis.

    At 0 degrees up in the picture is the frame's first normal (superior at the brainstem), at
    90 its second one.
    """
    arc = np.arange(course.arc_mm[0], course.arc_mm[-1] + 1e-9, pixel_mm)
    up, side = (_interpolated(course, normals, arc) for normals in course.frames)
    angle = np.radians(angle_deg)
    across = np.cos(angle) * up + np.sin(angle) * side
    across = across / np.linalg.norm(across, axis=1, keepdims=True)
    count = round(half_width_mm / pixel_mm)
    offset = -pixel_mm * np.arange(-count, count + 1)
    centre = _interpolated(course, course.points_mm, arc)
    points = centre[None] + offset[:, None, None] * across[None]
    bend = np.sum(_interpolated(course, course.curvature_per_mm, arc) * across, axis=1)
    return Reformat(
        values=sample(volume, points, order),
        points_mm=points,
        folded=offset[:, None] * bend[None] >= 1.0,
        centre_row=np.full(len(arc), float(count)),
        arc_mm=arc,
        pixel_mm=pixel_mm,
    )


def stretched(
    volume: Volume,
    course: NerveCourse,
    *,
    angle_deg: float = 0.0,
    half_width_mm: float = 10.0,
    pixel_mm: float = 0.15,
    order: int = 3,
) -> Reformat:
    """The surface swept by one fixed direction along the nerve, unrolled isometrically.

    The direction is perpendicular to the nerve's chord, turned about it by `angle_deg` from
    superior; nothing folds, and the nerve keeps its length and its sway along the direction.
    """
    direction = _across_chord(course, angle_deg)
    steps = np.diff(course.points_mm, axis=0)
    flat = steps - (steps @ direction)[:, None] * direction
    developed = np.concatenate([[0.0], np.cumsum(np.linalg.norm(flat, axis=1))])
    place = np.arange(0.0, developed[-1] + 1e-9, pixel_mm)
    arc = np.interp(place, developed, course.arc_mm)
    centre = _interpolated(course, course.points_mm, arc)
    sway = (centre - course.points_mm[0]) @ direction
    count = round(half_width_mm / pixel_mm)
    offset = -pixel_mm * np.arange(-count, count + 1)
    middle = (sway.max() + sway.min()) / 2
    reach = offset[:, None] + middle - sway[None]
    points = centre[None] + reach[:, :, None] * direction
    return Reformat(
        values=sample(volume, points, order),
        points_mm=points,
        folded=np.zeros(points.shape[:2], dtype=bool),
        centre_row=count - (sway - middle) / pixel_mm,
        arc_mm=arc,
        pixel_mm=pixel_mm,
    )


def _across_chord(course: NerveCourse, angle_deg: float) -> Floats:
    chord = course.points_mm[-1] - course.points_mm[0]
    chord = chord / np.linalg.norm(chord)
    up = course.frames[0][0] - (course.frames[0][0] @ chord) * chord
    up = up / np.linalg.norm(up)
    angle = np.radians(angle_deg)
    return np.asarray(np.cos(angle) * up + np.sin(angle) * np.cross(chord, up))


def _interpolated(course: NerveCourse, values: Floats, arc: Floats) -> Floats:
    return np.stack([np.interp(arc, course.arc_mm, column) for column in values.T], axis=1)
