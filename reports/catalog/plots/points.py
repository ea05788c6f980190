"""Clouds of points: size against severity, two sides of a person, two measurements of a nerve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.catalog.plots.frame import (
    INK,
    MARK,
    SHAPES,
    SOFT,
    Axis,
    Frame,
    Links,
    axis,
    legend,
    linked,
    mark,
    svg,
    thinned,
)


@dataclass(frozen=True)
class Point:
    """One record at a place. `group` chooses the shape."""

    record: str
    x: float
    y: float
    title: str
    group: int = 0


def scatter(
    points: Sequence[Point], label: str, axes: tuple[str, str], groups: Sequence[str], links: Links
) -> str:
    """Points over two axes; those in one place lie beside each other, always in the same way."""
    up = axis([p.y for p in points], axes[1])
    # Room above and below for what lies beside each other.
    room = (up.high - up.low) / 8
    up = replace(up, low=up.low - room, high=up.high + room)
    frame = _frame(axis([p.x for p in points], axes[0]), up)
    links = thinned(len(points), links)
    drawn, taken = [], dict[tuple[float, float], int]()
    for point in sorted(points, key=lambda p: p.record):
        place = (round(frame.x(point.x) / 6), round(frame.y(point.y)))
        aside = taken[place] = taken.get(place, -1) + 1
        shift = (aside + 1) // 2 * (1 if aside % 2 else -1) * 5
        drawn.append(_mark(point, frame.x(point.x), frame.y(point.y) + shift, links))
    top = legend(groups, frame.width) if len(groups) > 1 else []
    return svg(frame.width, frame.height, label, [*frame.axes(), *drawn, *top])


def sides(
    pairs: Sequence[tuple[str, float, float, str, int]],
    label: str,
    words: tuple[str, str, str],
    groups: Sequence[str],
    links: Links,
) -> str:
    """Each person's two sides joined by a line. `pairs`: record, unaffected, affected, title,
    group; `words`: both sides, and the measure."""
    values = [value for pair in pairs for value in pair[1:3]]
    across = Axis(0.0, 3.0, (), "")
    frame = _frame(across, axis(values, words[2]))
    links = thinned(len(pairs), links)
    drawn = []
    for record, first, second, title, group in pairs:
        x1, y1, x2, y2 = frame.x(0.8), frame.y(first), frame.x(2.2), frame.y(second)
        falls = second < first
        colour, dash = (MARK, "") if falls else (SOFT, ' stroke-dasharray="5 3"')
        line = (
            f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" '
            f'stroke-opacity="0.6"{dash}/>'
        )
        shape = SHAPES[group % len(SHAPES)]
        both = mark(x1, y1, shape, colour=colour, size=3) + mark(
            x2, y2, shape, colour=colour, size=3
        )
        drawn.append(linked(line + both, record, title, links))
    names = [
        f'<text x="{frame.x(place):.1f}" y="{frame.height - frame.bottom + 17}" '
        f'text-anchor="middle">{name}</text>'
        for place, name in ((0.8, words[0]), (2.2, words[1]))
    ]
    top = legend(groups, frame.width) if len(groups) > 1 else []
    return svg(frame.width, frame.height, label, [*frame.axes(), *drawn, *names, *top])


def agreement(
    points: Sequence[Point],
    label: str,
    axes: tuple[str, str],
    limits: tuple[float | None, float | None, float | None],
    links: Links,
) -> str:
    """Bland and Altman's plot: the difference over the mean, with the bias and both limits."""
    lines = [value for value in limits if value is not None]
    frame = _frame(
        axis([p.x for p in points], axes[0]), axis([*(p.y for p in points), *lines, 0.0], axes[1])
    )
    links = thinned(len(points), links)
    drawn = [_mark(point, frame.x(point.x), frame.y(point.y), links) for point in points]
    for value, dash in zip(limits, ("6 4", "", "6 4"), strict=True):
        if value is not None:
            y = frame.y(value)
            style = f' stroke-dasharray="{dash}"' if dash else ""
            drawn.append(
                f'<path d="M{frame.left} {y:.1f}H{frame.width - frame.right}" '
                f'stroke="{INK}"{style}/>'
            )
    return svg(frame.width, frame.height, label, [*frame.axes(), *drawn])


def _frame(across: Axis, up: Axis) -> Frame:
    return Frame(across, up, top=26)


def _mark(point: Point, x: float, y: float, links: Links) -> str:
    drawn = mark(x, y, SHAPES[point.group % len(SHAPES)])
    return linked(drawn, point.record, point.title, links)
