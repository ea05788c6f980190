"""Axes, marks and the outside of a plot. Values are in the units of their axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

INK, GRID, MARK, SOFT = "#3f4f5d", "#d5dde4", "#0a5f74", "#9a4a00"
FONT = "Noto Sans CJK SC, DejaVu Sans"
SHAPES = ("circle", "square", "triangle", "diamond")
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# A plot with more marks than this has them without links: nobody tabs through a thousand.
MOST_LINKS = 600
# From a record to its address; none on paper.
Links = Callable[[str], str] | None


@dataclass(frozen=True)
class Axis:
    """One axis: its range, where its ticks are, and what it is called."""

    low: float
    high: float
    ticks: tuple[float, ...]
    label: str

    def text(self, value: float) -> str:
        """A tick as it is written."""
        return f"{value:g}".replace("-", "−")


def axis(values: Iterable[float], label: str, *, from_zero: bool = False) -> Axis:
    """An axis with round ticks that holds these values."""
    given = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(given), max(given)
    low = min(low, 0.0) if from_zero else low
    if low == high:
        low, high = low - 0.5, high + 0.5
    step = _step((high - low) / 5)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(round(place * step, 10) for place in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks, label)


def _step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return float(next(step for step in STEPS if step * power >= least * 0.999) * power)


@dataclass(frozen=True)
class Frame:
    """A plot's area: axes, and how values come to places."""

    across: Axis
    up: Axis
    width: int = 460
    height: int = 320
    left: int = 58
    right: int = 16
    top: int = 14
    bottom: int = 44

    def x(self, value: float) -> float:
        """From the left edge."""
        span = self.width - self.left - self.right
        return self.left + (value - self.across.low) / (self.across.high - self.across.low) * span

    def y(self, value: float) -> float:
        """From the top edge."""
        span = self.height - self.top - self.bottom
        share = (value - self.up.low) / (self.up.high - self.up.low)
        return self.height - self.bottom - share * span

    def axes(self) -> list[str]:
        """Grid, ticks and names."""
        parts = []
        for tick in self.up.ticks:
            y = self.y(tick)
            parts += [
                f'<path d="M{self.left} {y:.1f}H{self.width - self.right}" stroke="{GRID}"/>',
                text(self.left - 6, y + 4, self.up.text(tick), anchor="end"),
            ]
        for tick in self.across.ticks:
            x = self.x(tick)
            parts += [
                f'<path d="M{x:.1f} {self.height - self.bottom}v4" stroke="{INK}"/>',
                text(x, self.height - self.bottom + 17, self.across.text(tick), anchor="middle"),
            ]
        middle = (self.left + self.width - self.right) / 2
        parts.append(text(middle, self.height - 8, self.across.label, anchor="middle"))
        across = (self.top + self.height - self.bottom) / 2
        parts.append(
            f'<text transform="translate(14 {across:.1f}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.up.label)}</text>"
        )
        return parts


def text(x: float, y: float, words: str, *, anchor: str = "start", bold: bool = False) -> str:
    """Words at a place."""
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'


def mark(x: float, y: float, shape: str = "circle", *, colour: str = MARK, size: float = 4) -> str:
    """One mark, hollow enough that many may lie over each other."""
    style = f'fill="{colour}" fill-opacity="0.35" stroke="{colour}"'
    s = size
    return {
        "circle": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{s}" {style}/>',
        "square": f'<path d="M{x - s:.1f} {y - s:.1f}h{2 * s}v{2 * s}h-{2 * s}z" {style}/>',
        "triangle": f'<path d="M{x:.1f} {y - s:.1f}l{s} {2 * s}h-{2 * s}z" {style}/>',
        "diamond": f'<path d="M{x:.1f} {y - s:.1f}l{s} {s}l-{s} {s}l-{s} -{s}z" {style}/>',
    }[shape]


def linked(part: str, record: str, title: str, links: Links) -> str:
    """A part with what it says when one hovers over it, leading to its record where there are
    links."""
    said = f"<title>{escape(title)}</title>"
    if links is None or not record:
        return f"<g>{said}{part}</g>"
    return f"<a href={quoteattr(links(record))} aria-label={quoteattr(title)}>{said}{part}</a>"


def thinned(count: int, links: Links) -> Links:
    """No links where there are too many marks."""
    return links if count <= MOST_LINKS else None


def legend(names: Sequence[str], width: int) -> list[str]:
    """The shapes with what they stand for, in a line above the plot."""
    parts, step = [], (width - 60) / max(len(names), 1)
    for place, name in enumerate(names):
        x = 62 + place * step
        parts += [mark(x, 8, SHAPES[place % len(SHAPES)]), text(x + 9, 12, name)]
    return parts


def svg(width: int, height: int, label: str, parts: Iterable[str]) -> str:
    """The whole drawing."""
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="group" aria-label={quoteattr(label)} '
        f'font-family="{FONT}" font-size="11" fill="{INK}">\n{inside}\n</svg>'
    )
