"""What was given: end points and the scan around them, looked up, and held against the result."""

from __future__ import annotations

from typing import Final

import numpy as np

from imaging.told import told

from .clicked import require_on_nerve
from .errors import OutsideVolume, Refused
from .follow import Traced
from .patch import Patch, box_around, patch_around
from .result import Ends, Nerve
from .usable import require_inside, require_values
from .volume import Array, Volume

NEAR_MM: Final = 3.0


def refused_nerve(name: str, reason: Refused) -> Nerve:
    """A nerve that is not measured, and why."""
    return Nerve(name, "refused", reason=reason.sentence, reason_code=reason.code)


def looked_up(
    volume: Volume, ends: dict[str, Ends]
) -> tuple[dict[str, Array], dict[str, Patch], dict[str, Nerve]]:
    """End points and surroundings of the nerves that can be looked for; the others refused."""
    points: dict[str, Array] = {}
    patches: dict[str, Patch] = {}
    refused: dict[str, Nerve] = {}
    for name, end in ends.items():
        try:
            require_inside(volume, end)
            clicks = np.array([end.brainstem_mm, *end.waypoints, end.canal_mm], dtype=float)
            require_values(*_values_near(volume, clicks))
            patches[name] = patch_around(volume, clicks)
            points[name] = clicks
        except Refused as reason:
            refused[name] = refused_nerve(name, reason)
    return points, patches, refused


def _values_near(volume: Volume, points_mm: Array) -> tuple[Array, Array]:
    first, last = box_around(volume, points_mm, NEAR_MM)
    if np.any(last - first < 4):
        raise OutsideVolume(
            told("The end points lie at the border of the scan; the nerve is cut off.")
        )
    stored = volume.voxels[first[0] : last[0], first[1] : last[1], first[2] : last[2]]
    return stored.astype(float), np.asarray(stored)


def off_their_ends(
    nerves: dict[str, Nerve],
    patches: dict[str, Patch],
    paths: Traced,
    points: dict[str, Array],
    sign: int,
) -> dict[str, Nerve]:
    """The nerves to be refused because their end points do not lie on them, by name."""
    refused: dict[str, Nerve] = {}
    for name, path in paths.items():
        if nerves[name].status == "refused" or isinstance(path, Refused):
            continue
        try:
            require_on_nerve(patches[name], path, sign, points[name], nerves[name].sections)
        except Refused as reason:
            refused[name] = refused_nerve(name, reason)
    return refused
