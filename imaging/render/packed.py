"""What the browser's viewer draws from, packed as bytes: voxels, reformations of a nerve, surfaces.

A part is one line of JSON, filled up with spaces to a multiple of eight bytes, and the arrays that
it names under `arrays`, little-endian, each from a multiple of eight bytes on. Intensities are
int16; what they were is slope * value + intercept. `EMPTY` is where there is no value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.nerve.volume import Volume
from imaging.render.course import Floats, NerveCourse
from imaging.render.cpr import stretched
from imaging.render.sampling import sample

SCHEMA = "viewer-part/1"
ALIGNED = 8
EMPTY = -32768
HIGHEST = 32767
BEYOND_MM = 2.0
HALF_WIDTH_MM = 4.0
STRAIGHT_PIXEL_MM = 0.15
FLAT_HALF_WIDTH_MM = 9.0
FLAT_PIXEL_MM = 0.15
FLAT_STEP_DEG = 5
COARSE = 4

Array = NDArray[Any]


def packed(header: Mapping[str, Any], arrays: Sequence[Array]) -> bytes:
    """One part. The same content gives the same bytes."""
    named = [{"type": array.dtype.name, "count": int(array.size)} for array in arrays]
    told = json.dumps({"schema": SCHEMA, **header, "arrays": named}, sort_keys=True)
    line = told.encode("ascii")
    head = line + b" " * (-(len(line) + 1) % ALIGNED) + b"\n"
    return head + b"".join(_aligned(array) for array in arrays)


def _aligned(array: Array) -> bytes:
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    content = little.tobytes()
    return content + b"\0" * (-len(content) % ALIGNED)


def packed_volume(volume: Volume, told: Mapping[str, Any], every: int = 1) -> bytes:
    """Voxels of a volume, the first index fastest; `every` > 1: means of cubes of so many. `told`
    goes into the header."""
    voxels, affine = volume.voxels, volume.affine
    if every > 1:
        steps = [min(every, count) for count in volume.size]
        voxels, affine = _means(voxels, steps), _shifted(affine, steps)
    values, scale = _whole(np.asarray(voxels))
    header = {"size": list(voxels.shape), "matrix": _rounded(affine, 9), **scale, **told}
    return packed(header, [values.ravel(order="F")])


def _means(voxels: Array, steps: Sequence[int]) -> Array:
    """Means of blocks; what is left over at the far ends is left out."""
    i, j, k = (count // step * step for count, step in zip(voxels.shape, steps, strict=True))
    a, b, c = steps
    blocks = np.asarray(voxels[:i, :j, :k], dtype=np.float32)
    blocks = blocks.reshape(i // a, a, j // b, b, k // c, c)
    return np.asarray(blocks.mean(axis=(1, 3, 5)))


def _shifted(affine: Array, steps: Sequence[int]) -> Array:
    """The place of blocks of voxels: larger, and their centres half a block further in."""
    made = affine.copy()
    made[:3, :3] = affine[:3, :3] * np.array(steps)
    made[:3, 3] = affine[:3, 3] + affine[:3, :3] @ ((np.array(steps) - 1) / 2)
    return made


def packed_straightened(volume: Volume, course: NerveCourse, told: Mapping[str, Any]) -> bytes:
    """What surrounds a nerve, laid straight: axes along the nerve, up and to the side, in mm of
    the course; every straightened cut and cross-section of the nerve is a plane of it."""
    longer = course.extended(BEYOND_MM, BEYOND_MM)
    arc = np.arange(longer.arc_mm[0], longer.arc_mm[-1] + 1e-9, STRAIGHT_PIXEL_MM)
    centre, up, side = (_at(longer, rows, arc) for rows in (longer.points_mm, *longer.frames))
    up, side = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (up, side))
    count = round(HALF_WIDTH_MM / STRAIGHT_PIXEL_MM)
    offset = STRAIGHT_PIXEL_MM * np.arange(-count, count + 1)
    across = offset[None, :, None, None] * up[:, None, None]
    points = centre[:, None, None] + across + offset[None, None, :, None] * side[:, None, None]
    values, scale = _whole(sample(volume, points, order=3))
    matrix = np.diag([STRAIGHT_PIXEL_MM] * 3 + [1.0])
    matrix[:3, 3] = [arc[0], offset[0], offset[0]]
    header = {
        "size": list(values.shape),
        "matrix": _rounded(matrix, 6),
        "course": course_told(course),
        **scale,
        **told,
    }
    return packed(header, [values.ravel(order="F")])


def course_told(course: NerveCourse) -> dict[str, Any]:
    """A nerve's centres, normals and bends along the arc, and which arc was measured. Nothing of
    its girth, its contacts or its vessels."""
    longer = course.extended(BEYOND_MM, BEYOND_MM)
    ups, sides = longer.frames
    bends = np.stack(
        [np.sum(longer.curvature_per_mm * rows, axis=1) for rows in (ups, sides)], axis=1
    )
    return {
        "first": round(float(longer.arc_mm[0]), 6),
        "step": round(float(longer.arc_mm[1] - longer.arc_mm[0]), 6),
        "measured": [round(float(course.arc_mm[0]), 6), round(float(course.arc_mm[-1]), 6)],
        "points": _rounded(longer.points_mm, 4),
        "ups": _rounded(ups, 5),
        "sides": _rounded(sides, 5),
        "bends": _rounded(bends, 5),
    }


def packed_stretched(volume: Volume, course: NerveCourse) -> bytes:
    """Stretched cuts of a nerve through half a turn: pictures of `rows` lines of the widest cut's
    length, one after another; `arcs` says of each column where on the nerve it is."""
    longer = course.extended(BEYOND_MM, BEYOND_MM)
    angles = list(range(0, 180, FLAT_STEP_DEG))
    cuts = [
        stretched(
            volume,
            longer,
            angle_deg=float(angle),
            half_width_mm=FLAT_HALF_WIDTH_MM,
            pixel_mm=FLAT_PIXEL_MM,
            order=1,
        )
        for angle in angles
    ]
    widest = max(cut.values.shape[1] for cut in cuts)
    rows = cuts[0].values.shape[0]
    stack = np.full((len(cuts), rows, widest), np.nan)
    for number, cut in enumerate(cuts):
        stack[number, :, : cut.values.shape[1]] = cut.values
    values, scale = _whole(stack)
    header = {
        "angles": angles,
        "rows": rows,
        "columns": [cut.values.shape[1] for cut in cuts],
        "arcs": [_rounded(cut.arc_mm, 3) for cut in cuts],
        "centre_rows": [_rounded(cut.centre_row, 2) for cut in cuts],
        "pixel": FLAT_PIXEL_MM,
        **scale,
    }
    return packed(header, [values.ravel()])


def _whole(values: Array) -> tuple[NDArray[np.int16], dict[str, float]]:
    """Intensities as int16: as they are where they are whole and fit, else on a scale of their
    own. NaN becomes EMPTY."""
    there = np.isfinite(values)
    if not there.any():
        return np.full(values.shape, EMPTY, dtype=np.int16), {"slope": 1.0, "intercept": 0.0}
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    whole = np.issubdtype(values.dtype, np.integer) or bool(
        np.all(values[there] == np.rint(values[there]))
    )
    if whole and low > EMPTY and high <= HIGHEST:
        slope, intercept = 1.0, 0.0
    else:
        slope, intercept = max(high - low, 1e-9) / (2 * HIGHEST), (high + low) / 2
    scaled = np.rint((np.where(there, values, low) - intercept) / slope)
    made = np.where(there, scaled, EMPTY).astype(np.int16)
    return made, {"slope": slope, "intercept": intercept}


def _at(course: NerveCourse, rows: Floats, arc: Floats) -> Floats:
    return np.stack([np.interp(arc, course.arc_mm, column) for column in rows.T], axis=1)


def _rounded(values: Array, digits: int) -> list[Any]:
    return np.round(np.asarray(values, dtype=float), digits).tolist()
