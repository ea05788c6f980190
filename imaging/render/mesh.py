"""Surfaces for the virtual endoscopy: tubes from courses, and triangles as VTK actors."""

from __future__ import annotations

import numpy as np
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray

from imaging.render.course import Floats

SIDES = 28
SMOOTHING_PASSES = 20


def tube(points_mm: Floats, radius_mm: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Vertices and triangles of a round tube along points (n, 3) with radii (n,)."""
    tangents = np.gradient(points_mm, axis=0)
    tangents = tangents / np.linalg.norm(tangents, axis=1, keepdims=True)
    up = np.eye(3)[int(np.argmin(np.abs(tangents[0])))]
    turn = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)[:, None]
    rings = []
    for point, tangent, radius in zip(points_mm, tangents, radius_mm, strict=True):
        up = up - (up @ tangent) * tangent
        up = up / np.linalg.norm(up)
        rings.append(point + radius * (np.cos(turn) * up + np.sin(turn) * np.cross(tangent, up)))
    first = np.arange((len(points_mm) - 1) * SIDES)
    right = first - first % SIDES + (first + 1) % SIDES
    faces = np.concatenate(
        [
            np.stack([first, right, right + SIDES], 1),
            np.stack([first, right + SIDES, first + SIDES], 1),
        ]
    )
    return np.concatenate(rings), faces


def capped(vertices: Floats, faces: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """A tube of `tube` closed at both ends: a strand ends where its fit does and is not hollow."""
    rings = (np.arange(SIDES), np.arange(len(vertices) - SIDES, len(vertices)))
    centres = np.stack([vertices[ring].mean(axis=0) for ring in rings])
    lids = [
        np.stack([np.full(SIDES, len(vertices) + end), ring, np.roll(ring, -1)], 1)
        for end, ring in enumerate(rings)
    ]
    return np.concatenate([vertices, centres]), np.concatenate([faces, *lids])


def surface(
    vertices: Floats,
    faces: NDArray[np.int64],
    colour: tuple[float, float, float],
    *,
    smooth: bool = True,
) -> vtk.vtkActor:
    """An actor of vertices (n, 3) and triangles (m, 3), in one colour."""
    mesh = vtk.vtkPolyData()
    points = vtk.vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(vertices, dtype=np.float64), deep=True))
    mesh.SetPoints(points)
    cells = vtk.vtkCellArray()
    offsets = np.arange(0, 3 * len(faces) + 1, 3, dtype=np.int64)
    cells.SetData(
        numpy_to_vtkIdTypeArray(offsets, deep=True),
        numpy_to_vtkIdTypeArray(np.ascontiguousarray(faces.ravel(), dtype=np.int64), deep=True),
    )
    mesh.SetPolys(cells)
    normals = vtk.vtkPolyDataNormals()
    normals.SetInputData(_smoothed(mesh) if smooth else mesh)
    normals.SplittingOff()
    normals.Update()
    mapper = vtk.vtkPolyDataMapper()
    mapper.SetInputData(normals.GetOutput())
    actor = vtk.vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetColor(*colour)
    look.SetAmbient(0.12)
    look.SetDiffuse(0.85)
    look.SetSpecular(0.18)
    look.SetSpecularPower(25)
    return actor


def _smoothed(mesh: vtk.vtkPolyData) -> vtk.vtkPolyData:
    """Windowed-sinc smoothing (Taubin), which keeps the size of what it smooths."""
    smoother = vtk.vtkWindowedSincPolyDataFilter()
    smoother.SetInputData(mesh)
    smoother.SetNumberOfIterations(SMOOTHING_PASSES)
    smoother.SetPassBand(0.06)
    smoother.NonManifoldSmoothingOn()
    smoother.NormalizeCoordinatesOn()
    smoother.Update()
    return smoother.GetOutput()
