"""The virtual endoscopy for the browser: surfaces, and a flight along the nerve."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtk.util.numpy_support import vtk_to_numpy

from imaging.nerve.volume import Volume
from imaging.render.camera import STEP_MM
from imaging.render.canvas import KIND_COLOURS, NEIGHBOUR, PAGE, UNKNOWN, Colour
from imaging.render.cistern import Cistern, cistern_about
from imaging.render.course import Floats, NerveCourse
from imaging.render.endoscopy import BEYOND_MM, WALL
from imaging.render.mesh import capped, surface, tube
from imaging.render.packed import course_told, packed

FARTHEST_MM = 9.0
CLEAR_MM = 0.6
# The eye looks a little further along the nerve than it stands.
AHEAD_MM = 1.5
ANGLE_DEG = 62.0
DIRECTIONS = 48
SMOOTHED_MM = 1.5

Triangles = NDArray[np.int64]


def packed_surfaces(volume: Volume, course: NerveCourse) -> bytes:
    """Walls of the cistern, the nerve and its vessels as triangles, and the flight. The nerve has
    one colour, and the flight knows of no contact: neither says what a reader is to find."""
    cistern = cistern_about(volume, course)
    longer = course.extended(*BEYOND_MM)
    shapes: list[tuple[str, Any, tuple[Floats, Triangles]]] = [
        ("wall", WALL, _smooth(*cistern.walls())),
        ("nerve", _part_colour(NEIGHBOUR), tube(longer.points_mm, longer.radius_mm)),
    ]
    for strand in course.vessels:
        made = capped(*tube(strand.points_mm, strand.radius_mm))
        shapes.append((strand.kind, _part_colour(KIND_COLOURS.get(strand.kind, UNKNOWN)), made))
    header = {
        "background": [round(part / 255, 4) for part in PAGE],
        "course": course_told(course),
        "meshes": [
            {"name": name, "colour": [round(float(part), 4) for part in colour]}
            for name, colour, _shape in shapes
        ],
        "path": _flight(cistern, course),
    }
    arrays: list[NDArray[Any]] = []
    for _name, _colour, (vertices, faces) in shapes:
        arrays += [
            vertices.astype(np.float32).ravel(),
            _normals(vertices, faces).astype(np.float32).ravel(),
            faces.astype(np.uint32).ravel(),
        ]
    return packed(header, arrays)


def _flight(cistern: Cistern, course: NerveCourse) -> dict[str, Any]:
    """From which place each part of the nerve is looked at: off to the side that has the most
    fluid all along it, as far as the fluid goes."""
    turns = np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False)
    up, side = course.frames
    across = np.cos(turns)[:, None, None] * up + np.sin(turns)[:, None, None] * side
    free = np.stack([_free_mm(cistern, course, rows) for rows in across])
    best = int(np.argmax(np.minimum(free, FARTHEST_MM).mean(axis=1)))
    away, reach = across[best], free[best]
    step = float(course.arc_mm[1] - course.arc_mm[0])
    held = _smoothed(np.clip(reach - CLEAR_MM, course.radius_mm + 1.0, FARTHEST_MM), step)
    positions = course.points_mm + held[:, None] * away
    ahead = np.minimum(np.arange(len(positions)) + round(AHEAD_MM / step), len(positions) - 1)
    targets = course.points_mm[ahead]
    return {
        "first": round(float(course.arc_mm[0]), 6),
        "step": round(step, 6),
        "angle": ANGLE_DEG,
        "positions": np.round(positions, 3).tolist(),
        "targets": np.round(targets, 3).tolist(),
        "ups": np.round(course.tangents, 4).tolist(),
    }


def _free_mm(cistern: Cistern, course: NerveCourse, directions: Floats) -> Floats:
    """How far from the nerve's wall each place's direction goes through fluid, shape (n,)."""
    steps = np.arange(0.0, FARTHEST_MM + CLEAR_MM, STEP_MM)
    start = course.radius_mm + 0.5
    reach = start[:, None] + steps
    places = course.points_mm[:, None] + reach[:, :, None] * directions[:, None]
    fluid = cistern.at(places.reshape(-1, 3)).reshape(reach.shape) > 0.5
    stop = np.where(fluid.all(axis=1), len(steps) - 1, np.argmin(fluid, axis=1))
    return np.asarray(reach[np.arange(len(reach)), stop])


def _smoothed(values: Floats, step_mm: float) -> Floats:
    count = max(round(SMOOTHED_MM / step_mm), 1) * 2 + 1
    padded = np.pad(values, count // 2, mode="edge")
    return np.convolve(padded, np.full(count, 1 / count), "valid")


def _smooth(vertices: Floats, faces: Triangles) -> tuple[Floats, Triangles]:
    """The same triangles, smoothed as the server's own endoscopy smooths them."""
    mesh = surface(vertices, faces, (1.0, 1.0, 1.0)).GetMapper().GetInput()
    points = vtk_to_numpy(mesh.GetPoints().GetData()).astype(float)
    cells = vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return points, cells.astype(np.int64)


def _normals(vertices: Floats, faces: Triangles) -> Floats:
    """Unit normals of vertices: the mean of their triangles', by area. Shape (n, 3)."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    flat = np.cross(b - a, c - a)
    made = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(made, faces[:, corner], flat)
    length = np.linalg.norm(made, axis=1, keepdims=True)
    return made / np.where(length > 0, length, 1.0)


def _part_colour(colour: Colour) -> tuple[float, ...]:
    return tuple(part / 255 for part in colour)
