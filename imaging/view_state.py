"""How a viewer stood: the place, the planes, the window. Kept with a version, so that it is opened
again as it was left. It is a browser's word: of known names and bounded numbers alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from studysite.core.errors import Invalid

FURTHEST = 1e7
NUMBERS = ("zoom", "slab", "angle", "fade")
WORDS = {
    "side": ("", "left", "right"),
    "mode": ("mean", "minimum", "maximum"),
    "tab": ("mpr", "cpr", "mrve"),
}
PLANES = ("axial", "coronal", "sagittal")
AXES = ("right", "down", "normal")


def clean(given: Mapping[str, Any]) -> dict[str, Any]:
    """What of it is known, checked. Raises Invalid."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in NUMBERS:
            found[name] = _number(value)
        elif name in WORDS and value in WORDS[name]:
            found[name] = value
        elif name == "cursor":
            found[name] = _point(value)
        elif name == "window" and isinstance(value, Mapping):
            found[name] = {end: _number(value.get(end)) for end in ("low", "high")}
        elif name == "planes" and isinstance(value, Mapping):
            found[name] = {plane: _plane(value[plane]) for plane in PLANES if plane in value}
        else:
            raise _wrong()
    return found


def _plane(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong()
    frame: dict[str, Any] = {axis: _point(value.get(axis)) for axis in AXES}
    return frame | {"pan": _point(value["pan"]) if value.get("pan") else None}


def _point(value: Any) -> list[float]:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise _wrong()
    return [_number(each) for each in value]


def _number(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or abs(value) > FURTHEST:
        raise _wrong()
    return round(float(value), 6)


def _wrong() -> Invalid:
    return Invalid(_("The state of the viewer cannot be read."), field="view")
