"""From two clicks to one path along the nerve, by fast marching on an isotropic grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from imaging.told import told

from .errors import DifferentStructures, NoPath, NoStrand
from .march import arrival_times
from .patch import Mask, Patch, tubularity
from .volume import Array

SNAP_MM: Final = 1.5
SLACK_MM: Final = 6.0
SLOWEST: Final = 0.02
WEAK: Final = 0.25
LONGEST_GAP_MM: Final = 2.0


@dataclass(frozen=True)
class Path:
    """points_mm: (n, 3) grid points from the first to the last way-point; strength: (n,), how
    strand-like each is, about 1 on a clear strand; snapped_mm: (k, 3) way-points as moved; unit:
    what strength 1 is in the image's units per squared grid step."""

    points_mm: Array
    strength: Array
    snapped_mm: Array
    unit: float

    @property
    def clarity(self) -> float:
        """Lower quartile of the strength in the image's own units per mm^2: high only where the
        strand is clear all along, and comparable between the two polarities."""
        return float(np.quantile(self.strength, 0.25)) * self.unit


def find_path(patch: Patch, waypoints_mm: Array, sign: int) -> Path:
    """The minimal path through the way-points (k, 3) along a strand of this sign.

    Raises NoStrand when a way-point has no strand within SNAP_MM, NoPath when the march or the
    walk back does not arrive.
    """
    where = patch.between(waypoints_mm, SLACK_MM)
    raw = tubularity(patch, where, sign)
    snapped = np.array([snap(patch, raw, point) for point in waypoints_mm])
    along = raw[tuple(np.rint(patch.to_grid(snapped)).astype(int).T)]
    unit = max(float(np.median(along)), float(np.quantile(raw[where], 0.97)), 1e-12)
    strength = raw / unit
    speed = SLOWEST + np.minimum(strength, 1.0) ** 2
    legs = [_leg(patch, speed, where, snapped[i], snapped[i + 1]) for i in range(len(snapped) - 1)]
    index = np.concatenate([legs[0], *[leg[1:] for leg in legs[1:]]])
    return Path(patch.to_patient(index), strength[tuple(index.T)], snapped, unit)


def snap(patch: Patch, strength: Array, point_mm: Array) -> Array:
    """The most strand-like grid point near a click, nearer ones preferred, mm."""
    centre = patch.to_grid(point_mm)
    reach = int(np.ceil(SNAP_MM / patch.step_mm))
    offsets = np.stack(np.meshgrid(*[np.arange(-reach, reach + 1)] * 3, indexing="ij"), -1)
    nearby = np.rint(centre).astype(int) + offsets.reshape(-1, 3)
    nearby = nearby[np.all((nearby >= 0) & (nearby < patch.values.shape), axis=1)]
    away_mm = np.linalg.norm(nearby - centre, axis=1) * patch.step_mm
    worth = strength[tuple(nearby.T)] * np.exp(-((away_mm / 1.0) ** 2)) * (away_mm <= SNAP_MM)
    if not worth.size or worth.max() <= 0:
        raise NoStrand(
            told(
                "There is no nerve-like strand within %(reach)s mm of the end point "
                "(%(place)s); set the end point on the nerve.",
                reach=f"{SNAP_MM:g}",
                place=", ".join(f"{x:.1f}" for x in point_mm),
            )
        )
    return patch.to_patient(nearby[np.argmax(worth)])


def _leg(patch: Patch, speed: Array, where: Mask, begin_mm: Array, end_mm: Array) -> Array:
    """Grid indices (n, 3) from begin to end, both included."""
    begin = tuple(int(i) for i in np.rint(patch.to_grid(begin_mm)))
    end = tuple(int(i) for i in np.rint(patch.to_grid(end_mm)))
    if begin == end:
        raise NoPath(told("The two end points lie on the same voxel of the nerve; set them apart."))
    allowed = where.copy()
    allowed[begin] = allowed[end] = True
    arrival = arrival_times(np.where(allowed, speed, 0.0), begin, patch.step_mm, end)
    arrival[begin] = 0.0
    if not np.isfinite(arrival[end]):
        raise NoPath(
            told("No path joins the two end points inside the scan; check both end points.")
        )
    return walk_back(arrival, begin, end)


def walk_back(arrival: Array, begin: tuple[int, ...], end: tuple[int, ...]) -> Array:
    """Steepest descent of the arrival time over 26 neighbours; asserts that it arrives."""
    steps = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), -1).reshape(-1, 3)
    steps = steps[np.any(steps != 0, axis=1)]
    lengths = np.linalg.norm(steps, axis=1)
    padded = np.pad(arrival, 1, constant_values=np.inf)
    here = np.array(end)
    walked = [here]
    while tuple(here) != begin:
        fall = (padded[tuple(here + 1)] - padded[tuple((here + steps + 1).T)]) / lengths
        best = int(np.argmax(fall))
        if not fall[best] > 0:
            raise NoPath(
                told(
                    "The path from the canal end point does not arrive at the brainstem end "
                    "point; add a way-point on the nerve."
                )
            )
        here = here + steps[best]
        walked.append(here)
    return np.array(walked[::-1])


@dataclass(frozen=True)
class Gap:
    """A long stretch of a path that is no strand: rows first to last (not included)."""

    first: int
    last: int
    at_mm: float
    long_mm: float


def gaps(path: Path) -> list[Gap]:
    """Where the path leaves the strand for over LONGEST_GAP_MM, from its first end on."""
    step_mm = np.linalg.norm(np.diff(path.points_mm, axis=0, prepend=path.points_mm[:1]), axis=1)
    arc_mm = np.cumsum(step_mm)
    usual = max(float(np.median(path.strength)), 0.2)
    weak = path.strength < WEAK * usual
    edges = np.flatnonzero(np.diff(np.concatenate([[False], weak, [False]]).astype(int)))
    found = []
    for first, last in edges.reshape(-1, 2):
        at_mm = float(arc_mm[first])
        long_mm = float(arc_mm[min(last, len(arc_mm) - 1)]) - at_mm
        if long_mm > LONGEST_GAP_MM:
            found.append(Gap(int(first), int(last), at_mm, long_mm))
    return found


def require_one_strand(path: Path) -> None:
    """Raises DifferentStructures where the path crosses a long stretch that is no strand."""
    for gap in gaps(path):
        raise DifferentStructures(
            told(
                "The path leaves the strand for %(gap)s mm from %(start)s mm on: the end "
                "points seem to lie on different structures; move one or add a way-point.",
                gap=f"{gap.long_mm:.1f}",
                start=f"{gap.at_mm:.1f}",
            )
        )
