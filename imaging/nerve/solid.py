"""Where no fluid surrounds a path: an end point deep in brainstem or bone, a mass on the nerve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates  # type: ignore[attr-defined]

from imaging.told import told

from .around import distances, means_about
from .errors import EndInBone, EndInBrainstem, Mass, Refused
from .patch import Mask, Patch
from .path import Gap, Path, gaps
from .result import Flag
from .section import Profile
from .volume import Array

SMOOTH_MM: Final = 0.4
RING_MM: Final = (1.2, 2.2)
BALL_MM: Final = 1.6
BESIDE_MM: Final = 1.0
LIKE_NERVE: Final = 0.7
DEEP_MM: Final = 2.5
UNLIKE_BOTH: Final = -0.2
STILL_SEEN: Final = 0.3
DARKEST: Final = 1.25
FEWEST: Final = 20
SWOLLEN: Final = 2.5
SWOLLEN_MM2: Final = 3.5
SWOLLEN_MM: Final = 1.0
THIN: Final = 0.25
SHORTENED_MM: Final = 2.0


def hindrance(patch: Patch, path: Path, sign: int) -> Refused | None:
    """What solid thing a path of this sign begins in, ends in or runs through, as the refusal that
    names it."""
    filled = solid(patch, path.points_mm, around_path(patch, path.points_mm, sign))
    arc_mm = _arc(path.points_mm)
    for end, where, refusal in (("first", filled, in_brainstem), ("last", filled[::-1], in_bone)):
        count = len(where) if where.all() else int(np.argmin(where))
        walked = arc_mm if end == "first" else arc_mm[-1] - arc_mm[::-1]
        if count and walked[count - 1] > DEEP_MM:
            return refusal(float(walked[count - 1]))
    for gap in gaps(path):
        if np.mean(filled[gap.first : gap.last]) > 0.5:
            if gap.first == 0:
                return in_brainstem(gap.long_mm)
            at_end = gap.last == len(filled)
            return in_bone(gap.long_mm) if at_end else in_a_mass(gap)
    return None


def solid(patch: Patch, line_mm: Array, around: Around | None) -> Mask:
    """Where tissue or bone, not fluid, surrounds a path (n, 3): (n,).

    The fluid's level is that of most of the ring around the path, the nerve's that of most of the
    path. A dark band of the image dims fluid and nerve alike: where the nerve still stands out
    from what lies around it there, and that is not darker than the nerve's own level, it is fluid.
    around: of this path.
    """
    if around is None:
        return np.zeros(len(line_mm), dtype=bool)
    line, step_mm = patch.to_grid(line_mm), patch.step_mm
    radius, beside = BALL_MM / step_mm, BESIDE_MM / step_mm
    means, rings = means_about(
        np.ascontiguousarray(patch.values), around.smooth, around.away, line, radius, beside
    ).T
    fluid, nerve = around.fluid, around.nerve
    like_nerve = (means - fluid) / (nerve - fluid)
    seen = ((rings - around.core) / (fluid - nerve) > STILL_SEEN) & (like_nerve < DARKEST)
    return ~seen & ((like_nerve > LIKE_NERVE) | (like_nerve < UNLIKE_BOTH))


@dataclass(frozen=True)
class Around:
    """What a path runs through. away: distance of each grid point from it, in grid steps, infinite
    from RING_MM[1] on; smooth: the smoothed patch, both (a, b, c); core: smooth on the path, (n,);
    fluid, nerve: the levels."""

    away: Array
    smooth: Array
    core: Array
    fluid: float
    nerve: float

    @property
    def likeness(self) -> Array:
        """The smoothed patch, 0 as the fluid around the path and 1 as the nerve on it."""
        return (self.smooth - self.fluid) / (self.nerve - self.fluid)


def around_path(patch: Patch, line_mm: Array, sign: int) -> Around | None:
    """What lies around a path (n, 3); None where it has no ring around it. sign: +1 for a nerve
    darker than fluid."""
    line = patch.to_grid(line_mm)
    away = distances(patch.values.shape, line, RING_MM[1] / patch.step_mm)
    ring = (away > RING_MM[0] / patch.step_mm) & np.isfinite(away)
    if ring.sum() < FEWEST:
        return None
    smooth = gaussian_filter(patch.values, SMOOTH_MM / patch.step_mm)
    fluid = float(np.quantile(smooth[ring], 0.6 if sign > 0 else 0.3))
    core = map_coordinates(smooth, line.T, order=1)
    return Around(away, smooth, core, fluid, float(np.median(core)))


def _arc(points_mm: Array) -> Array:
    step_mm = np.linalg.norm(np.diff(points_mm, axis=0, prepend=points_mm[:1]), axis=1)
    return np.cumsum(step_mm)


def in_brainstem(deep_mm: float) -> Refused:
    """The brainstem end lies in tissue."""
    return EndInBrainstem(
        told(
            "The brainstem end point lies %(gap)s mm deep in tissue, with no fluid around it: "
            "set it where the nerve leaves the brainstem.",
            gap=f"{deep_mm:.1f}",
        )
    )


def in_bone(deep_mm: float) -> Refused:
    """The canal end lies in bone, or in brain."""
    return EndInBone(
        told(
            "The canal end point lies %(gap)s mm deep in bone or tissue, with no fluid around "
            "it: set it where the nerve enters the canal.",
            gap=f"{deep_mm:.1f}",
        )
    )


def in_a_mass(gap: Gap) -> Refused:
    """The path crosses something solid."""
    return Mass(
        told(
            "Something solid fills the nerve's way for %(gap)s mm from %(start)s mm on, as a "
            "tumour does: the nerve cannot be measured across it. Look at the scan there; if "
            "nothing is seen, move the end points or add a way-point.",
            gap=f"{gap.long_mm:.1f}",
            start=f"{gap.at_mm:.1f}",
        )
    )


def require_slender(profile: Profile) -> None:
    """Raises Mass where the strand swells for over SWOLLEN_MM to what no nerve's taper explains."""
    usual = float(np.quantile(profile.area_mm2, THIN))
    swollen = profile.area_mm2 > max(SWOLLEN * usual, SWOLLEN_MM2)
    step_mm = float(profile.arc_mm[1] - profile.arc_mm[0])
    if np.sum(swollen) * step_mm <= SWOLLEN_MM:
        return
    widest = int(np.argmax(profile.area_mm2))
    raise Mass(
        told(
            "At %(arc)s mm from the brainstem end the strand is %(wide)s mm across, where a nerve "
            "of %(usual)s mm runs into it: a tumour or another structure lies on the nerve. Look "
            "at the scan there; if nothing is seen, move the end points or add a way-point.",
            arc=f"{profile.arc_mm[widest]:.1f}",
            wide=f"{2 * np.sqrt(profile.area_mm2[widest] / np.pi):.1f}",
            usual=f"{2 * np.sqrt(usual / np.pi):.1f}",
        )
    )


def shortened(clicks_mm: Array, ends_mm: Array) -> tuple[Flag, ...]:
    """A flag where the nerve is measured from well inside its end points (k, 3) on, between
    ends_mm (2, 3), because no fluid surrounds it before."""
    along = clicks_mm[-1] - clicks_mm[0]
    along = along / np.linalg.norm(along)
    lost_mm = max((ends_mm[0] - clicks_mm[0]) @ along, (clicks_mm[-1] - ends_mm[1]) @ along)
    if lost_mm <= SHORTENED_MM:
        return ()
    note = told(
        "The nerve is measured from %(lost)s mm inside an end point on: before it, no fluid "
        "surrounds the nerve.",
        lost=f"{lost_mm:.1f}",
    )
    return (Flag("shortened", note),)
