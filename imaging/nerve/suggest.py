"""Suggested end points of both facial nerves, from the image alone, for a person to confirm.

The facial nerve runs sideways from the brainstem through fluid into the internal auditory canal,
on both sides much alike. Looked for is just that: the plane of symmetry, thin strands that run
away from it through fluid, those that begin at a solid brainstem and go on into a canal in bone,
and of these a left and a right one that mirror each other. Of strands that run side by side the
foremost is the facial nerve, those behind it are CN VIII. Unsure, it says so and suggests nothing:
a suggestion that is far off is worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from imaging.told import Told, told

from .errors import Refused, UnusableImage
from .result import Ends, Point
from .suggest_bundle import AS_CLEAR, neighbours_of
from .suggest_ends import Candidate, candidate_of
from .suggest_plane import STEP_MM, Upright, plane_of, upright
from .suggest_strands import fluid_of, strands_of
from .usable import require_usable
from .volume import Array, Volume

SIDES: Final = ("left", "right")
ALIKE: Final = 0.6
SIZE_MM: Final = (40.0, 20.0, 12.0)
APART_MM: Final = 5.0
USUAL_APART_MM: Final = 2.5
USUAL_CLEARNESS: Final = 0.35
USUAL_DROP: Final = 0.35
SAME_MM: Final = 1.0
RIVAL: Final = 0.75
LEAST_CONFIDENCE: Final = 0.5
WHY: Final[dict[str, Told]] = {
    UnusableImage.code: told("The scan's values are not finite, or all the same."),
    "no_symmetry": told(
        "No plane of symmetry was found: the head may lie far askew, or the scan cover one half "
        "of it. Set the end points by hand."
    ),
    "small_view": told(
        "The scan covers too little around the nerves to recognise them: 40 mm across, 20 mm deep "
        "and 12 mm high are needed. Set the end points by hand."
    ),
    "no_pair": told(
        "No two strands, left and right alike, were found that leave the brainstem, have CN VIII "
        "behind them and enter a canal. Set the end points by hand."
    ),
    "unlike_sides": told(
        "The strands found on both sides are faint or unlike each other. Set the end points by "
        "hand."
    ),
    "several_pairs": told(
        "More than one pair of strands could be the facial nerves. Set the end points by hand."
    ),
}


@dataclass(frozen=True)
class Suggestion:
    """Both nerves' ends, or why there are none: `reason` is a stable short word, `sentence` one for
    a user. confidence: 0 to 1, at least LEAST_CONFIDENCE where ends are given."""

    ends: dict[str, Ends]
    confidence: float
    reason: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Facial:
    """A strand with none before it; behind: how clear the one behind it is."""

    strand: Candidate
    behind: float


@dataclass(frozen=True)
class Pair:
    """A left and a right candidate that mirror each other; apart_mm: by how much they do not."""

    left: Candidate
    right: Candidate
    apart_mm: float

    @property
    def confidence(self) -> float:
        clear = min(self.left.clearness, self.right.clearness)
        drop = min(self.left.drop, self.right.drop)
        return float(
            np.exp(-0.5 * (self.apart_mm / (2 * USUAL_APART_MM)) ** 2)
            * min(1.0, clear / USUAL_CLEARNESS)
            * min(1.0, drop / USUAL_DROP)
        )


def suggest_ends(volume: Volume) -> Suggestion:
    """Where the ends of both facial nerves seem to be."""
    try:
        require_usable(volume)
    except Refused as refusal:
        return Suggestion({}, 0.0, refusal.code, refusal.sentence)
    if not np.all(np.isfinite(volume.voxels)) or np.ptp(volume.voxels) <= 0:
        return _none(UnusableImage.code)
    plane = plane_of(volume)
    if plane.likeness < ALIKE:
        return _none("no_symmetry")
    scan = upright(volume, plane)
    if _too_small(scan):
        return _none("small_view")
    return _chosen(scan)


def _none(reason: str, confidence: float = 0.0) -> Suggestion:
    return Suggestion({}, confidence, reason, WHY[reason])


def _too_small(scan: Upright) -> bool:
    extent_mm = STEP_MM * np.array([np.ptp(rows) for rows in np.nonzero(scan.seen)])
    return bool(np.any(extent_mm < np.array(SIZE_MM)))


def _chosen(scan: Upright) -> Suggestion:
    pairs = [pair for sign in (1, -1) for pair in _pairs(scan, sign)]
    if not pairs:
        return _none("no_pair")
    pairs.sort(key=lambda pair: -pair.confidence)
    best = pairs[0]
    if best.confidence < LEAST_CONFIDENCE:
        return _none("unlike_sides", best.confidence)
    rivals = [pair.confidence for pair in pairs[1:] if not _same(pair, best)]
    if rivals and max(rivals) > RIVAL * best.confidence:
        return _none("several_pairs", best.confidence)
    ends = {side: _ends(scan, getattr(best, side)) for side in SIDES}
    return Suggestion(ends, best.confidence)


def _pairs(scan: Upright, sign: int) -> list[Pair]:
    """Mirroring pairs among the strands of this polarity."""
    fluid = fluid_of(scan, sign)
    found: dict[str, list[Facial]] = {side: [] for side in SIDES}
    for side, strands in strands_of(scan, fluid).items():
        for strand in strands:
            candidate = candidate_of(scan, fluid, strand)
            if candidate is None:
                continue
            before, behind = neighbours_of(scan, fluid, candidate)
            if before < AS_CLEAR:
                found[side].append(Facial(candidate, behind))
    pairs = (
        Pair(left.strand, right.strand, _apart_mm(scan, left.strand, right.strand))
        for left in found["left"]
        for right in found["right"]
        if max(left.behind, right.behind) > AS_CLEAR
    )
    return [pair for pair in pairs if pair.apart_mm < APART_MM]


def _mirrored(scan: Upright, places: Array) -> Array:
    turned = places.copy()
    turned[:, 0] = 2 * scan.middle - turned[:, 0]
    return turned


def _apart_mm(scan: Upright, left: Candidate, right: Candidate) -> float:
    """Mean distance of one strand to the other's mirror image, mm."""
    return _distance_mm(left.trace, _mirrored(scan, right.trace))


def _distance_mm(first: Array, second: Array) -> float:
    away = np.linalg.norm(first[:, None] - second[None], axis=-1)
    return STEP_MM * float(away.min(axis=1).mean() + away.min(axis=0).mean()) / 2


def _same(pair: Pair, best: Pair) -> bool:
    """Whether both pairs are one nerve's, traced twice."""
    return all(
        _distance_mm(getattr(pair, side).trace, getattr(best, side).trace) < SAME_MM
        for side in SIDES
    )


def _ends(scan: Upright, candidate: Candidate) -> Ends:
    brainstem, canal = (_point(scan, place) for place in (candidate.brainstem, candidate.canal))
    return Ends(brainstem, canal)


def _point(scan: Upright, place: Array) -> Point:
    x, y, z = (round(float(value), 2) for value in scan.to_patient(place))
    return x, y, z
