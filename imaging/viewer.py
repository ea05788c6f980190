"""What the viewers of the browser need to know of a scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

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


@dataclass(frozen=True)
class Viewing:
    """The viewer of one page: which views there are, which nerves have views of their own, which
    may be gone to, and what its script reads."""

    views: tuple[str, ...]
    sides: tuple[str, ...]
    reached: tuple[str, ...]
    data: dict[str, Any]


def viewing(
    parts: Mapping[str, Mapping[str, str]],
    techniques: list[str] | tuple[str, ...],
    address: Callable[[str, str], str],
    profiles: Mapping[str, Any] | None = None,
    view: Mapping[str, Any] | None = None,
) -> Viewing | None:
    """A page's viewer of these parts, or None where nothing is packed. `address` gives the address
    of a part by side and name; `profiles` are for whoever is not blinded; `view` is how the viewer
    stood."""
    if not parts:
        return None
    addresses = {
        side: {name: address(side, name) for name in names} for side, names in parts.items()
    }
    data = {
        "parts": addresses,
        "profiles": dict(profiles or {}),
        **({"view": dict(view)} if view else {}),
        "words": {
            "failed": _("The images could not be fetched. Load the page again."),
            "as_it_lies": _("as it lies"),
            "moved": _("moved by"),
            "no_webgl": _("This browser draws nothing in three dimensions: WebGL is missing."),
        },
    }
    both = ("left", "right")
    sides = tuple(side for side in both if side in parts)
    views = tuple(key for key in ("mpr", "cpr", "mrve") if key in techniques)
    # The voxels know where the nerves lie: the script hides the button of one not measured.
    return Viewing(views, sides, both if "mpr" in views else sides, data)


def area_profile(nerve: Mapping[str, Any]) -> dict[str, list[float]]:
    """The cross-sectional area along a measured nerve, for the plot under its reformation."""
    rows = nerve["profile"]
    return {
        "arc": [float(row["arc_mm"]) for row in rows],
        "area": [float(row["area_mm2"]) for row in rows],
        "sd": [float(row["area_sd_mm2"] or 0.0) for row in rows],
    }
