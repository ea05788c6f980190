"""The cross-sectional area along both nerves on one plot, as SVG.

Pure: rows in, text out. Left is a solid line and right a dashed one, so that colour is never
alone; bands are two standard deviations. Areas in mm², distances in mm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reports.case.nerve import Nerve, Section

WIDTH, HEIGHT = 720, 236
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 14, 40
COLOURS = {"left": "#0a5f74", "right": "#9a4a00"}
DASHES = {"left": "", "right": ' stroke-dasharray="7 4"'}
INK, GRID = "#3f4f5d", "#d5dde4"
BAND_SDS = 2.0
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class PlotWords:
    """The words of the plot, in the reader's language."""

    x_axis: str
    y_axis: str
    sides: Mapping[str, str]


@dataclass(frozen=True)
class Scale:
    """From mm and mm² to the picture's units."""

    arc_mm: float
    area_mm2: float

    def x(self, arc_mm: float) -> float:
        """Across."""
        return LEFT + arc_mm / self.arc_mm * (WIDTH - LEFT - RIGHT)

    def y(self, area_mm2: float) -> float:
        """Down."""
        return HEIGHT - BOTTOM - area_mm2 / self.area_mm2 * (HEIGHT - TOP - BOTTOM)


def draw_profiles(nerves: Mapping[str, Nerve], words: PlotWords) -> bytes:
    """The plot of each side's profile. ValueError when none has a section."""
    rows = [row for nerve in nerves.values() for row in nerve.profile]
    if not rows:
        raise ValueError("no profile to draw")
    highest = max(row.area_mm2 + BAND_SDS * row.area_sd_mm2 for row in rows)
    y_step, x_step = _step(highest, 6), _step(max(row.arc_mm for row in rows), 10)
    scale = Scale(
        math.ceil(max(row.arc_mm for row in rows) / x_step) * x_step,
        math.ceil(highest / y_step) * y_step,
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="Noto Sans CJK SC, DejaVu Sans" '
        f'font-size="11" fill="{INK}">',
        *_axes(scale, x_step, y_step, words),
        *(_band(scale, side, nerve) for side, nerve in nerves.items()),
        *(_line(scale, side, nerve) for side, nerve in nerves.items()),
        *(mark for side, nerve in nerves.items() for mark in _vessels(scale, side, nerve)),
        *_legend(list(nerves), words),
        "</svg>",
    ]
    return "\n".join(parts).encode()


def _step(span: float, most: int) -> float:
    """The tick distance that gives at most that many ticks."""
    return next((step for step in STEPS if span / step <= most), STEPS[-1])


def _axes(scale: Scale, x_step: float, y_step: float, words: PlotWords) -> list[str]:
    parts = []
    for n in range(round(scale.area_mm2 / y_step) + 1):
        y = scale.y(n * y_step)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{n * y_step:.1f}</text>'
        )
    for n in range(round(scale.arc_mm / x_step) + 1):
        x = scale.x(n * x_step)
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
            f"{n * x_step:g}</text>"
        )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">'
        f"{escape(words.x_axis)}</text>"
    )
    parts.append(
        f'<text transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">'
        f"{escape(words.y_axis)}</text>"
    )
    return parts


def _band(scale: Scale, side: str, nerve: Nerve) -> str:
    def edge(row: Section, sign: float) -> str:
        area = max(row.area_mm2 + sign * BAND_SDS * row.area_sd_mm2, 0.0)
        return f"{scale.x(row.arc_mm):.1f} {scale.y(area):.1f}"

    points = [edge(row, 1) for row in nerve.profile]
    points += [edge(row, -1) for row in reversed(nerve.profile)]
    return f'<path d="M{"L".join(points)}Z" fill="{COLOURS[side]}" fill-opacity="0.16"/>'


def _line(scale: Scale, side: str, nerve: Nerve) -> str:
    profile = nerve.profile
    points = [f"{scale.x(row.arc_mm):.1f} {scale.y(row.area_mm2):.1f}" for row in profile]
    low = min(profile, key=lambda row: row.area_mm2)
    return (
        f'<path d="M{"L".join(points)}" fill="none" stroke="{COLOURS[side]}" stroke-width="1.8"'
        f"{DASHES[side]}/>"
        f'<circle cx="{scale.x(low.arc_mm):.1f}" cy="{scale.y(low.area_mm2):.1f}" r="3.2" '
        f'fill="#ffffff" stroke="{COLOURS[side]}" stroke-width="1.6"/>'
    )


def _vessels(scale: Scale, side: str, nerve: Nerve) -> list[str]:
    """A triangle above the line wherever a vessel comes nearest."""
    marks = []
    for contact in nerve.contacts:
        near = min(nerve.profile, key=lambda row: abs(row.arc_mm - contact.arc_mm))
        top = near.area_mm2 + BAND_SDS * near.area_sd_mm2
        x, y = scale.x(contact.arc_mm), scale.y(top) - 3
        marks.append(f'<path d="M{x:.1f} {y:.1f}l-4.5 -8h9z" fill="{COLOURS[side]}"/>')
    return marks


def _legend(sides: Sequence[str], words: PlotWords) -> list[str]:
    parts = []
    for place, side in enumerate(sides):
        x, y = LEFT + 12 + 190 * place, HEIGHT - BOTTOM - 14
        parts.append(
            f'<path d="M{x} {y}h30" stroke="{COLOURS[side]}" stroke-width="1.8"{DASHES[side]}/>'
            f'<text x="{x + 36}" y="{y + 4}">{escape(words.sides[side])}</text>'
        )
    return parts
