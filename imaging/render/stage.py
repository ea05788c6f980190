"""A scene in three dimensions, drawn by VTK without a display: one window for any number of looks.

Making a window and compiling its shaders takes ten times as long as a frame, so that whoever
draws many frames keeps the stage. A frame of a moving view does without smoothed edges and lamps of
its own, which take a processor most of its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import TracebackType
from typing import Self

import numpy as np
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import vtk_to_numpy

from imaging.render.camera import Camera
from imaging.render.canvas import PAGE

Bytes = NDArray[np.uint8]
SAMPLES = 8
CLIPPED_MM = (0.2, 60.0)


class CannotDraw(RuntimeError):
    """This machine lacks what drawing in three dimensions needs; the message says what."""


class Stage:
    """Actors in a window of fixed size, lit from where the camera stands. The same actors and
    camera give the same bytes, whatever was looked at before. To be used on one thread.

    moving: for many frames one after another; else for one that is kept.
    Raises CannotDraw where OpenGL does not start.
    """

    def __init__(
        self,
        actors: Sequence[vtk.vtkActor],
        size_px: tuple[int, int],
        *,
        moving: bool = False,
    ) -> None:
        self._moving = moving
        self._window = _window()
        self._renderer = vtk.vtkRenderer()
        self._renderer.SetBackground(*(part / 255 for part in PAGE))
        for actor in actors:
            self._renderer.AddActor(actor)
        self._window.SetMultiSamples(0 if moving else SAMPLES)
        self._window.SetSize(*size_px)
        self._window.AddRenderer(self._renderer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._window.Finalize()

    def look(self, camera: Camera) -> Bytes:
        """One frame, shape (rows, columns, 3)."""
        view = self._renderer.GetActiveCamera()
        view.SetPosition(*camera.position_mm)
        view.SetFocalPoint(*camera.target_mm)
        view.SetViewUp(*camera.up)
        view.SetViewAngle(camera.angle_deg)
        view.SetClippingRange(*CLIPPED_MM)
        if not self._moving:
            _light(self._renderer, camera)
        self._window.Render()
        return _pixels(self._window)


@cache
def _can_draw() -> bool:
    """Whether OpenGL starts here; asked first, because VTK ends the process where it does not."""
    window = vtk.vtkEGLRenderWindow()
    window.SetOffScreenRendering(1)
    return bool(window.SupportsOpenGL())


def _window() -> vtk.vtkRenderWindow:
    vtk.vtkLogger.SetStderrVerbosity(vtk.vtkLogger.VERBOSITY_ERROR)
    if not _can_draw():
        raise CannotDraw(
            "The virtual endoscopy cannot be drawn on this machine, because OpenGL does not start; "
            "install libegl1 and libgl1-mesa-dri."
        )
    window = vtk.vtkEGLRenderWindow()
    window.SetOffScreenRendering(1)
    return window


def _light(renderer: vtk.vtkRenderer, camera: Camera) -> None:
    """A lamp at the tip, and a weak one from the side that gives the tubes their roundness."""
    renderer.RemoveAllLights()
    side = np.cross(camera.up, camera.target_mm - camera.position_mm)
    for shift, strength in ((np.zeros(3), 0.85), (side * 0.5 + camera.up * 4.0, 0.35)):
        lamp = vtk.vtkLight()
        lamp.SetPositional(True)
        lamp.SetConeAngle(180)
        lamp.SetPosition(*(camera.position_mm + shift))
        lamp.SetFocalPoint(*camera.target_mm)
        lamp.SetIntensity(strength)
        lamp.SetAttenuationValues(1.0, 0.015, 0.0012)
        renderer.AddLight(lamp)


def _pixels(window: vtk.vtkRenderWindow) -> Bytes:
    columns, rows = window.GetSize()
    flat = vtk.vtkUnsignedCharArray()
    window.GetPixelData(0, 0, columns - 1, rows - 1, 0, flat, 0)
    return np.array(vtk_to_numpy(flat).reshape(rows, columns, 3)[::-1])
