"""Strands that run sideways through fluid, followed plane by plane away from the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import (  # type: ignore[attr-defined]
    gaussian_filter,
    maximum_filter,
    uniform_filter,
)

from .compiled import compiled
from .patch import Mask
from .suggest_plane import STEP_MM, Upright
from .volume import Array

SCALE_MM: Final = 0.5
NEAREST_MM: Final = 7.0
OPEN_MM: Final = 7.0
OPEN: Final = 0.25
AROUND_MM: Final = 4.5
AROUND: Final = 0.4
BORDER_MM: Final = 2.5
WEAKEST: Final = 0.03
CLEAR: Final = 0.12
STEEPEST: Final = 1.0
SLACK_MM: Final = 0.3
LEAPS: Final = 3
LEAP_COST: Final = 0.3
SHORTEST_MM: Final = 5.0
MOST: Final = 14
BINS: Final = 96


@dataclass(frozen=True)
class Fluid:
    """What is fluid in the upright scan. sign: +1 where fluid is brighter than the nerve, -1 where
    darker; limit: the value between; level: fluid's usual value."""

    sign: int
    limit: float
    level: float

    def holds(self, values: Array) -> Mask:
        """Whether each value is fluid's; false where there is none."""
        return np.asarray((values - self.limit) * self.sign > 0)


@dataclass(frozen=True)
class Strand:
    """One strand of one side, from the middle outwards.

    places: (n, 3), grid indices; planes rise or fall by at least one from each to the next.
    clearness: (n,), from 0 to 1.
    """

    places: Array
    clearness: Array

    @property
    def aside_mm(self) -> Array:
        """Distance of the first and last place along the first grid axis, mm."""
        return self.places[[0, -1], 0] * STEP_MM


def fluid_of(scan: Upright, sign: int) -> Fluid:
    """Fluid is the brightest of three classes of values (sign +1), or the darker of two."""
    values = scan.values[scan.seen][::7]
    counts, edges = np.histogram(values, BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    limit = _upper_of_three(counts, middles) if sign > 0 else _of_two(counts, middles)
    beyond = values[(values - limit) * sign > 0]
    return Fluid(sign, limit, float(np.median(beyond)) if len(beyond) else limit)


def _of_two(counts: Array, middles: Array) -> float:
    """Otsu's limit: IEEE Trans. SMC 9(1), 1979."""
    share = np.cumsum(counts) / counts.sum()
    sums = np.cumsum(counts * middles) / counts.sum()
    inner = np.maximum(share * (1 - share), 1e-9)
    return float(middles[np.argmax((sums[-1] * share - sums) ** 2 / inner)])


def _upper_of_three(counts: Array, middles: Array) -> float:
    """The upper of Otsu's two limits between three classes."""
    share = np.cumsum(counts) / counts.sum()
    sums = np.cumsum(counts * middles) / counts.sum()
    middle, upper = share - share[:, None], 1 - share
    apart = sums[:, None] ** 2 / np.maximum(share[:, None], 1e-9)
    apart = apart + (sums - sums[:, None]) ** 2 / np.maximum(middle, 1e-9)
    apart = apart + (sums[-1] - sums) ** 2 / np.maximum(upper, 1e-9)
    usable = (middle > 1e-6) & (upper > 1e-6) & (share[:, None] > 0)
    return float(middles[np.argmax(np.where(usable, apart, -1.0)) % len(middles)])


def strands_of(scan: Upright, fluid: Fluid) -> dict[str, list[Strand]]:
    """The strands of each side, clearest first."""
    tube = _tube_like(scan, fluid)
    open_to = _in_the_open(scan, fluid)
    first = round(NEAREST_MM / STEP_MM)
    found = {}
    for side, step in (("left", 1), ("right", -1)):
        planes = [scan.middle + step * n for n in range(first, scan.middle + 1)]
        found[side] = _linked(planes, [_peaks(tube[p], open_to[p]) for p in planes])
    return found


def _tube_like(scan: Upright, fluid: Fluid) -> Array:
    """The lesser curvature within sagittal planes, in units of the step from fluid to its limit
    twice over: high on a thin strand that runs sideways, low on sheets."""
    values = np.where(scan.seen, scan.values, fluid.limit).astype(np.float32)
    smooth = gaussian_filter(values * np.float32(fluid.sign), SCALE_MM / STEP_MM, truncate=3)
    return _lesser_curvature(smooth) / np.float32(max(2 * abs(fluid.level - fluid.limit), 1e-9))


@compiled
def _lesser_curvature(smooth: Array) -> Array:
    """The lesser second derivative within planes of the first axis, per squared grid step."""
    found = np.zeros_like(smooth)
    for i in range(smooth.shape[0]):
        for j in range(2, smooth.shape[1] - 2):
            for k in range(2, smooth.shape[2] - 2):
                twice = 2 * smooth[i, j, k]
                a = (smooth[i, j - 2, k] - twice + smooth[i, j + 2, k]) / 4
                c = (smooth[i, j, k - 2] - twice + smooth[i, j, k + 2]) / 4
                b = smooth[i, j + 1, k + 1] - smooth[i, j + 1, k - 1]
                b = (b - smooth[i, j - 1, k + 1] + smooth[i, j - 1, k - 1]) / 4
                found[i, j, k] = (a + c) / 2 - np.sqrt((a - c) ** 2 / 4 + b * b)
    return found


def _in_the_open(scan: Upright, fluid: Fluid) -> Mask:
    """Where much of the surroundings is fluid, and the scan goes on."""
    wet = (fluid.holds(scan.values) & scan.seen).astype(np.float32)
    wide, close = _odd(OPEN_MM), _odd(AROUND_MM)
    enough = uniform_filter(wet, wide) > OPEN
    enough &= uniform_filter(wet, (1, close, close)) > AROUND
    inside = uniform_filter(scan.seen.astype(np.float32), _odd(2 * BORDER_MM)) > 0.99
    return np.asarray(enough & inside)


def _odd(width_mm: float) -> int:
    return int(width_mm / STEP_MM) | 1


def _peaks(tube: Array, allowed: Mask) -> tuple[Array, Array]:
    """Places (n, 2) within one plane where a strand passes, to a part of a pixel, and how clearly,
    (n,), at most 1."""
    top = (tube == maximum_filter(tube, 3)) & (tube > WEAKEST) & allowed
    top[[0, -1]] = top[:, [0, -1]] = False
    place = np.argwhere(top)
    i, j = place.T
    here = tube[i, j]
    along = _vertex(tube[i - 1, j], here, tube[i + 1, j])
    across = _vertex(tube[i, j - 1], here, tube[i, j + 1])
    return np.asarray(place + np.stack([along, across], 1)), np.minimum(here / CLEAR, 1.0)


def _vertex(before: Array, here: Array, after: Array) -> Array:
    bend = before - 2 * here + after
    return np.asarray(np.clip((before - after) / np.minimum(2 * bend, -1e-9), -0.5, 0.5))


def _linked(planes: list[int], peaks: list[tuple[Array, Array]]) -> list[Strand]:
    """Peaks joined from plane to plane into the clearest strands, by dynamic programming; a strand
    may miss LEAPS - 1 planes and climbs at most STEEPEST."""
    score: list[Array] = []
    before: list[list[tuple[int, int] | None]] = []
    for number, (places, clearness) in enumerate(peaks):
        gain = np.zeros(len(places))
        origin: list[tuple[int, int] | None] = [None] * len(places)
        for leap in range(1, min(LEAPS, number) + 1):
            others = peaks[number - leap][0]
            if not len(others) or not len(places):
                continue
            away = np.linalg.norm(places[:, None] - others[None], axis=-1)
            worth = score[number - leap] - LEAP_COST * (leap - 1) - 0.1 * (away / leap) ** 2
            worth = np.where(away <= STEEPEST * leap + SLACK_MM / STEP_MM, worth, -1.0)
            best = worth.argmax(axis=1)
            for row in np.flatnonzero(worth[np.arange(len(places)), best] > gain):
                gain[row] = worth[row, best[row]]
                origin[row] = (number - leap, int(best[row]))
        score.append(clearness + gain)
        before.append(origin)
    return _taken_apart(planes, peaks, score, before)


def _taken_apart(
    planes: list[int],
    peaks: list[tuple[Array, Array]],
    score: list[Array],
    before: list[list[tuple[int, int] | None]],
) -> list[Strand]:
    """The best strand, then the best of what it leaves, and so on."""
    order = sorted(
        ((value, n, row) for n, values in enumerate(score) for row, value in enumerate(values)),
        reverse=True,
    )
    used: set[tuple[int, int]] = set()
    found: list[Strand] = []
    for _, number, row in order:
        chain: list[tuple[int, int]] = []
        here: tuple[int, int] | None = (number, row)
        while here is not None and here not in used:
            chain.append(here)
            here = before[here[0]][here[1]]
        used.update(chain)
        if len(chain) * STEP_MM >= SHORTEST_MM:
            chain.reverse()
            places = np.array([[planes[n], *peaks[n][0][r]] for n, r in chain], dtype=float)
            found.append(Strand(places, np.array([peaks[n][1][r] for n, r in chain])))
        if len(found) == MOST:
            break
    return found
