"""A view as the browser tells it: checked before it is kept, for it may tell anything."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from studysite.core.errors import Invalid

PANES = {"mpr": ("axial", "coronal", "sagittal"), "cpr": ("straightened", "section"), "mrve": ()}
SIDES = ("", "left", "right")
MODES = ("mean", "minimum", "maximum")
KINDS = ("distance", "angle", "area")
MOST_BYTES = 30_000
MOST_DRAWN, MOST_POINTS, MOST_PIXELS = 60, 60, 4000
FAR = 1e6
PLANE = ("right", "down", "normal")


def checked(state: Any, techniques: Sequence[str]) -> dict[str, Any]:
    """The same view, of nothing but what is known. Invalid for any other, and for a view that
    these techniques do not have."""
    try:
        if len(json.dumps(state)) > MOST_BYTES or state["tab"] not in techniques:
            raise ValueError
        return _checked(state)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(
            _("This view cannot be kept: it is not one of the viewer's. Load the page again."),
            field="state",
        ) from error


def _checked(state: Mapping[str, Any]) -> dict[str, Any]:
    tab, values, camera = state["tab"], state["values"], state.get("camera")
    panes = [_pane(pane, PANES[tab]) for pane in state["panes"]]
    if len(panes) > len(PANES[tab]):
        raise ValueError
    return {
        "tab": tab,
        "side": _among(state["side"], SIDES),
        "values": _values(values),
        "planes": {
            _among(name, PANES["mpr"]): _plane(plane) for name, plane in state["planes"].items()
        },
        "look": {key: _number(state["look"][key]) for key in ("yaw", "pitch", "ahead")},
        "drawn": [_drawing(one) for one in state["drawn"][:MOST_DRAWN]],
        "panes": panes,
        "camera": _camera(camera) if tab == "mrve" and camera else None,
    }


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    low, high = (_number(values["window"][end]) for end in ("low", "high"))
    if high <= low:
        raise ValueError
    return {
        "cursor": _point(values["cursor"]),
        "window": {"low": low, "high": high},
        "zoom": _number(values["zoom"], 0.1, 100),
        "slab": _number(values["slab"], 0, 50),
        "mode": _among(values["mode"], MODES),
        "angle": _number(values["angle"], -720, 720),
        "fade": _number(values["fade"], 0, 1),
    }


def _plane(plane: Mapping[str, Any]) -> dict[str, Any]:
    pan = plane.get("pan")
    return {
        **{key: _unit(plane[key]) for key in PLANE},
        "pan": _point(pan) if pan is not None else None,
    }


def _pane(pane: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {
        "name": _among(pane["name"], names),
        "corner": _point(pane["corner"]),
        **{key: _unit(pane[key]) for key in PLANE},
        "pixel": _number(pane["pixel"], 1e-3, 10),
        "width": int(_number(pane["width"], 1, MOST_PIXELS)),
        "height": int(_number(pane["height"], 1, MOST_PIXELS)),
    }


def _drawing(one: Mapping[str, Any]) -> dict[str, Any]:
    plane = one["plane"]
    if len(one["points"]) > MOST_POINTS or len(one["pane"]) > 40:
        raise ValueError
    return {
        "kind": _among(one["kind"], KINDS),
        "pane": str(one["pane"]),
        "plane": {"normal": _unit(plane["normal"]), "offset": _number(plane["offset"])},
        "points": [_point(point) for point in one["points"]],
    }


def _camera(camera: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "position": _point(camera["position"]),
        "target": _point(camera["target"]),
        "up": _unit(camera["up"]),
        "angle": _number(camera["angle"], 1, 150),
    }


def _among(value: Any, known: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise ValueError
    return value


def _number(value: Any, low: float = -FAR, high: float = FAR) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if not math.isfinite(value) or not low <= value <= high:
        raise ValueError
    return float(value)


def _point(value: Any) -> list[float]:
    if len(value) != 3:
        raise ValueError
    return [_number(part) for part in value]


def _unit(value: Any) -> list[float]:
    point = _point(value)
    if abs(math.hypot(*point) - 1) > 1e-3:
        raise ValueError
    return point
