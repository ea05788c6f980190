"""Proportions with their intervals, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.catalog.plots.frame import GRID, MARK, SHAPES, Links, linked, mark, svg, text

ROW, LEFT, RIGHT, TOP, BOTTOM, WIDTH = 24, 210, 150, 12, 40, 640


@dataclass(frozen=True)
class Line:
    """One estimate from 0 to 1, in words, with its records; without a value it is said why."""

    label: str
    written: str
    value: float | None
    low: float | None
    high: float | None
    shape: int = 0
    record: str = ""


def draw(lines: Sequence[Line], label: str, axis_label: str, links: Links) -> str:
    """A forest plot."""
    height = TOP + BOTTOM + ROW * len(lines)
    parts = []
    for tick in range(0, 101, 20):
        x = _x(tick / 100)
        parts += [
            f'<path d="M{x:.1f} {TOP}V{height - BOTTOM}" stroke="{GRID}"/>',
            text(x, height - BOTTOM + 16, f"{tick}", anchor="middle"),
        ]
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, height - 6, axis_label, anchor="middle"))
    for place, line in enumerate(lines):
        parts.append(_line(line, TOP + ROW * (place + 0.5), links))
    return svg(WIDTH, height, label, parts)


def _line(line: Line, y: float, links: Links) -> str:
    words = [text(LEFT - 10, y + 4, line.label, anchor="end")]
    words.append(text(WIDTH - RIGHT + 10, y + 4, line.written))
    if line.value is None:
        return "".join(words)
    drawn = mark(_x(line.value), y, SHAPES[line.shape % len(SHAPES)], size=4.5)
    if line.low is not None and line.high is not None:
        drawn = (
            f'<path d="M{_x(line.low):.1f} {y:.1f}H{_x(line.high):.1f}" stroke="{MARK}" '
            f'stroke-width="1.6"/>{drawn}'
        )
    title = f"{line.label}: {line.written}"
    return "".join(words) + linked(drawn, line.record, title, links)


def _x(value: float) -> float:
    return LEFT + value * (WIDTH - LEFT - RIGHT)
