"""Which of two nerves that run side by side the end points belong to.

CN VIII is the thicker of the two, so that the quickest path between end points on CN VII may cross
over to it, follow it and cross back. What gives that away is that the ends lie off the course
that the path's middle would run on to, towards the strand beside it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from imaging.told import told

from .errors import Inseparable
from .frame import Course, course_through, smoothed
from .model import Side
from .refine import centre_of
from .result import Flag
from .strand import Strand, is_vessel
from .volume import Array

CROSSING_MM: Final = 3.0
NEAR_MM: Final = 4.0
STEP_MM: Final = 0.25
SHORTEST_MM: Final = 4.0
DECIDED: Final = 0.2
SETTLED: Final = 0.35
LONG: Final = 0.5
DRAWN_MM: Final = 0.2
WINDING: Final = 1.1
TOUCHING: Final = 0.25
DEEPEST_MM: Final = -0.07
CLOSE_MM: Final = 0.15
TWO_MM2: Final = 2.2
TWO_WIDE: Final = 1.3
RING_MM: Final = (0.25, 1.0)
WALLED: Final = 0.5
MUCH: Final = 0.4
NEAR_GAP_MM: Final = 0.35
THICKER: Final = 1.15
INTERMEDIATE: Final = 0.4  # the intermediate nerve is thinner than this share of CN VII
LOST_MM: Final = 0.25


_AGAINST: Final = told(
    "Another nerve, probably CN VIII, lies against this one along over a quarter of "
    "its length and they cannot be told apart: a finer scan is needed, or end "
    "points where fluid lies between them."
)


def twin_of(nerve: Strand, found: tuple[Strand, ...]) -> Strand | None:
    """The nerve that runs beside this one, the nearest of what was found."""
    middle = _middle(nerve)
    away = {
        number: float(np.median(_nearest(_line(strand), middle)[0]))
        for number, strand in enumerate(found)
        if not is_vessel(strand)
    }
    close = [number for number, mm in away.items() if mm < NEAR_MM]
    return found[min(close, key=lambda number: away[number])] if close else None


def share_of_twin(nerve: Strand, twin: Strand, ends_mm: Array) -> float:
    """How far from the nerve (0) towards its twin (1) the end points (2, 3) lie, on average."""
    middle = _middle(nerve)
    line = _line(twin)
    shares = []
    for end in ends_mm:
        arc, on = _run_on(middle, end)
        _, rows = _nearest(line, middle)
        beside = np.flatnonzero((rows > 0) & (rows < len(middle) - 1))
        beside = beside if len(beside) else np.arange(len(rows))
        close = beside[np.argsort(np.abs(_arc(middle)[rows[beside]] - arc))[:8]]
        across = np.mean(line[close] - middle[rows[close]], axis=0)
        shares.append(float((end - on) @ across / (across @ across)))
    return float(np.mean(shares))


def decided(share: float) -> bool:
    """Whether the end points lie on the nerve and not between it and its twin or beyond."""
    return abs(share) < DECIDED


def settled(share: float) -> bool:
    """Whether they lie on it rather than on its twin, once both were followed."""
    return abs(share) < SETTLED


def winding(nerve: Strand) -> bool:
    """Whether a course beside another nerve turns more than a nerve does, as one that crosses over
    to its twin and back."""
    line = _line(nerve)
    return bool(_arc(line)[-1] > WINDING * np.linalg.norm(line[-1] - line[0]))


def require_apart(nerve: Strand, others: tuple[Strand, ...]) -> None:
    """Raises Inseparable where this strand is two nerves in one, or a nerve modelled beside it
    (others: vessels too) lies in it."""
    shape = nerve.shape(_arc_of(nerve))
    area = float(np.mean(np.pi * shape.radius_mm**2))
    flat = np.hypot(shape.cosine, shape.sine)
    aspect = float(np.median(np.sqrt((1 + flat) / (1 - flat))))
    if area > TWO_MM2 and aspect > TWO_WIDE:
        raise Inseparable(
            told(
                "The strand found is %(area)s mm² and %(ratio)s times as wide as thick, as the "
                "facial nerve and CN VIII fused into one are: they cannot be told apart here; a "
                "finer scan is needed, or end points where fluid lies between them.",
                area=f"{area:.1f}",
                ratio=f"{aspect:.1f}",
            )
        )
    if gap_beside_mm(nerve, others) < DEEPEST_MM:
        raise Inseparable(_AGAINST)
    require_thinner(nerve, others)


def require_thinner(nerve: Strand, others: tuple[Strand, ...]) -> None:
    """Raises Inseparable where the nerve that was followed is the thicker one of two that lie side
    by side: CN VIII is, so that the path has left the facial nerve for it."""
    own = _mean_area(nerve)
    for strand in others:
        if is_vessel(strand) or strand.course.length_mm < MUCH * nerve.course.length_mm:
            continue
        area = _mean_area(strand)
        near = gap_beside_mm(nerve, (strand,)) < NEAR_GAP_MM
        if near and INTERMEDIATE * own < area and THICKER * area < own:
            raise Inseparable(
                told(
                    "The strand found (%(area)s mm²) is thicker than the nerve that lies against "
                    "it (%(other)s mm²): it is probably CN VIII, or both in turn. Set the end "
                    "points on the thinner one, or add a way-point on it.",
                    area=f"{own:.1f}",
                    other=f"{area:.1f}",
                )
            )


def _mean_area(strand: Strand) -> float:
    return float(np.mean(np.pi * strand.shape(_arc_of(strand)).radius_mm ** 2))


def require_kept(nerve: Strand, found: tuple[Strand, ...], kept: tuple[Strand, ...]) -> None:
    """Raises Inseparable where a nerve was found that lies against this one along most of it, and
    the joint fit could not tell the two apart."""
    if any(not is_vessel(strand) for strand in kept):
        return
    for strand in found:
        lies_against = runs_along(strand, nerve) and gap_beside_mm(nerve, (strand,)) < LOST_MM
        if not is_vessel(strand) and lies_against:
            raise Inseparable(_AGAINST)


def gap_beside_mm(nerve: Strand, others: tuple[Strand, ...]) -> float:
    """The gap to a nerve modelled beside this one that a quarter of its length keeps below."""
    line = _line(nerve)
    radius = nerve.shape(_arc_of(nerve)).radius_mm
    least = np.full(len(line), 2 * NEAR_MM)
    for strand in others:
        if not is_vessel(strand):
            away, rows = _nearest(line, _line(strand))
            width = radius + strand.shape(_arc_of(strand)).radius_mm[rows]
            least = np.minimum(least, away - width)
    return float(np.quantile(least, TOUCHING))


def walled(side: Side) -> float:
    """Share of the nerve's length where over a quarter of what lies within a millimetre of it is
    something else that the fit leaves out."""
    placed = side.near.placed
    nerve = side.strands[0]
    shape = nerve.shape(placed.arc_mm)
    outside = np.hypot(placed.u_mm - shape.u_mm, placed.v_mm - shape.v_mm) - shape.radius_mm
    ring = (outside > RING_MM[0]) & (outside < RING_MM[1])
    count = max(4, round(nerve.course.length_mm))
    bins = np.clip((placed.arc_mm / nerve.course.length_mm * count).astype(int), 0, count - 1)
    total = np.bincount(bins[ring], minlength=count)
    left = np.bincount(bins[ring], weights=~side.trusted[ring], minlength=count)
    return float(np.mean(left > TOUCHING * total))


def beside_flags(side: Side) -> tuple[Flag, ...]:
    """Codes and sentences about what runs beside a nerve that is measured nevertheless."""
    flags = []
    gap = gap_beside_mm(side.strands[0], side.strands[1:])
    if gap < CLOSE_MM:
        flags.append(
            Flag(
                "nerve_beside",
                told(
                    "Another nerve runs within %(gap)s mm of this one for a quarter of its length: "
                    "the area rests on telling the two apart.",
                    gap=f"{max(gap, 0.0):.2f}",
                ),
            )
        )
    share = walled(side)
    if share > WALLED:
        flags.append(
            Flag(
                "structure_beside",
                told(
                    "Another structure lies against the nerve along %(share)s %% of its length and "
                    "is left out of the fit: the area may be some per cent off.",
                    share=f"{100 * share:.0f}",
                ),
            )
        )
    return tuple(flags)


def runs_along(twin: Strand, nerve: Strand) -> bool:
    """Whether the twin was found along most of the nerve, and not only a piece of something."""
    return twin.course.length_mm > LONG * nerve.course.length_mm


def undecided(share: float) -> Inseparable:
    """The refusal where they do not, whichever of both nerves is followed."""
    return Inseparable(
        told(
            "Another nerve, probably CN VIII, runs beside the path, and the end points lie "
            "%(share)s %% of the way to it: set both on the facial nerve, or add a "
            "way-point on it.",
            share=f"{100 * share:.0f}",
        )
    )


def course_of_twin(twin: Strand, ends_mm: Array) -> Course:
    """The twin's course, gone on straight to the end points (2, 3)."""
    line = _line(twin)
    if np.linalg.norm(line[0] - ends_mm[0]) > np.linalg.norm(line[-1] - ends_mm[0]):
        line = line[::-1]
    parts = [_bridge(ends_mm[0], line[0]), line, _bridge(line[-1], ends_mm[1])[1:]]
    return course_through(smoothed(np.concatenate(parts), DRAWN_MM), ends_mm[0], ends_mm[1])


def _bridge(begin: Array, end: Array) -> Array:
    count = max(2, int(np.linalg.norm(end - begin) / STEP_MM))
    return np.asarray(begin + np.linspace(0, 1, count)[:-1, None] * (end - begin))


def _arc_of(strand: Strand) -> Array:
    return np.arange(0, strand.course.length_mm + STEP_MM / 2, STEP_MM)


def _line(strand: Strand) -> Array:
    """Points of a strand's centreline, (n, 3)."""
    return centre_of(strand, _arc_of(strand))


def _middle(nerve: Strand) -> Array:
    """The centreline without the stretches at both ends where a path may cross over, (n, 3)."""
    line = _line(nerve)
    cut = min(CROSSING_MM, max(0.0, (nerve.course.length_mm - SHORTEST_MM) / 2))
    skipped = int(cut / STEP_MM)
    return line[skipped : len(line) - skipped]


def _run_on(line: Array, end: Array) -> tuple[float, Array]:
    """Where a line, bent as it is on the whole, would pass an end point: arc length and place."""
    arc = _arc(line)
    bent = np.polynomial.polynomial.polyfit(arc, line, 2)
    ticks = np.arange(-10.0, arc[-1] + 10.0, 0.05)
    points = np.polynomial.polynomial.polyval(ticks, bent).T
    best = int(np.argmin(np.linalg.norm(points - end, axis=1)))
    return float(ticks[best]), np.asarray(points[best])


def _arc(line: Array) -> Array:
    return np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])


def _nearest(points: Array, line: Array) -> tuple[Array, Array]:
    """Distance of points (n, 3) from a line (m, 3), mm, and the row that is nearest."""
    away = np.linalg.norm(points[:, None] - line[None], axis=-1)
    return away.min(axis=1), away.argmin(axis=1)
