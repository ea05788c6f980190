"""What the slice viewer of the browser needs to know of a scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imaging.nerve.volume import Volume
from imaging.render.sampling import Window
from imaging.render.slices import ORIENTATIONS, SliceView

# The patient's directions by the sign of x, y, z (LPS): left, posterior, head.
_LETTERS = ("RL", "AP", "FH")


@dataclass(frozen=True)
class Pane:
    """One plane of the viewer. Pixels are square; `number` is the slice shown at first."""

    axis: str
    width_px: int
    height_px: int
    count: int
    number: int
    letters: dict[str, str]
    to_mm: list[list[float]]


def panes(volume: Volume) -> list[Pane]:
    """The three planes, each with its map from (x, y, slice, 1) to patient coordinates in mm."""
    return [_pane(SliceView.of(volume, axis)) for axis in ORIENTATIONS]


def _pane(view: SliceView) -> Pane:
    corner = view.to_patient(0, 0, 0)
    steps = [view.to_patient(1, 0, 0), view.to_patient(0, 1, 0), view.to_patient(0, 0, 1)]
    columns = [*(step - corner for step in steps), corner]
    right, down = columns[0], columns[1]
    letters = {
        "right": _letter(right),
        "left": _letter(-right),
        "bottom": _letter(down),
        "top": _letter(-down),
    }
    matrix = np.column_stack(columns)
    width, height = view.shape_px
    to_mm = [[round(float(value), 6) for value in row] for row in matrix]
    return Pane(view.orientation, width, height, view.count, view.count // 2, letters, to_mm)


def _letter(direction: np.ndarray) -> str:
    """The patient's direction nearest to a vector."""
    axis = int(np.argmax(np.abs(direction)))
    return _LETTERS[axis][int(direction[axis] > 0)]


def script_data(volume: Volume, window: Window) -> dict[str, Any]:
    """The same for js/slices.js: planes by name, voxel steps and the first window."""
    return {
        "planes": {
            pane.axis: {
                "width": pane.width_px,
                "height": pane.height_px,
                "count": pane.count,
                "toMm": pane.to_mm,
            }
            for pane in panes(volume)
        },
        "window": round(window.high - window.low, 2),
        "level": round((window.high + window.low) / 2, 2),
    }
