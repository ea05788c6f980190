"""The virtual endoscopy for the browser: surfaces, and a flight along the nerve."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtk.util.numpy_support import vtk_to_numpy

from imaging.nerve.volume import Volume
from imaging.render.along import ANGLE_DEG, Flight, along
from imaging.render.canvas import KIND_COLOURS, NEIGHBOUR, PAGE, UNKNOWN, Colour
from imaging.render.cistern import cistern_about
from imaging.render.course import Floats, NerveCourse
from imaging.render.endoscopy import BEYOND_MM, WALL
from imaging.render.mesh import capped, surface, tube
from imaging.render.packed import course_told, packed

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
        "path": _flight(along(cistern, course)),
    }
    arrays: list[NDArray[Any]] = []
    for _name, _colour, (vertices, faces) in shapes:
        arrays += [
            vertices.astype(np.float32).ravel(),
            _normals(vertices, faces).astype(np.float32).ravel(),
            faces.astype(np.uint32).ravel(),
        ]
    return packed(header, arrays)


def _flight(flight: Flight) -> dict[str, Any]:
    return {
        "first": round(float(flight.arc_mm[0]), 6),
        "step": round(float(flight.arc_mm[1] - flight.arc_mm[0]), 6),
        "angle": ANGLE_DEG,
        "positions": np.round(flight.positions_mm, 3).tolist(),
        "targets": np.round(flight.targets_mm, 3).tolist(),
        "ups": np.round(flight.ups, 4).tolist(),
    }


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
