"""People who came, as a step line against a target, and the wedge of what may follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reports.catalog.plots.frame import GRID, INK, MARK, Axis, Frame, axis, svg, text

TICKS = 5


@dataclass(frozen=True)
class Words:
    """The plot's words."""

    x_axis: str
    y_axis: str
    target: str
    forecast: str


def draw(
    days: Sequence[date],
    target: int,
    span: tuple[date, date],
    ahead: tuple[float, float, float] | None,
    label: str,
    words: Words,
) -> str:
    """`span`: from when to today; `ahead`: days from today until the target, expected, least and
    most."""
    began, today = span
    end = (today - began).days + (ahead[2] if ahead else 0)
    end = max(end, 1)
    up = axis([0, target, len(days)], words.y_axis, from_zero=True)
    frame = Frame(Axis(0, end, (), ""), up, width=640, height=300)
    parts = [*frame.axes(), *_dates(frame, began, end, words)]
    y = frame.y(target)
    parts.append(f'<path d="M{frame.left} {y:.1f}H{frame.width - frame.right}" stroke="{INK}" '
                 'stroke-dasharray="6 4"/>')  # fmt: skip
    parts.append(text(frame.left + 6, y - 4, f"{words.target}: {target}"))
    now = frame.x((today - began).days)
    if ahead:
        high, low = (frame.x((today - began).days + ahead[place]) for place in (1, 2))
        level = frame.y(len(days))
        parts.append(f'<path d="M{now:.1f} {level:.1f}L{high:.1f} {y:.1f}H{low:.1f}Z" '
                     f'fill="{GRID}"><title>{words.forecast}</title></path>')  # fmt: skip
        middle = frame.x((today - began).days + ahead[0])
        parts.append(f'<path d="M{now:.1f} {level:.1f}L{middle:.1f} {y:.1f}" stroke="{MARK}" '
                     'stroke-dasharray="3 3"/>')  # fmt: skip
    path = f"M{frame.x(0):.1f} {frame.y(0):.1f}"
    for place, day in enumerate(days, start=1):
        path += f"H{frame.x((day - began).days):.1f}V{frame.y(place):.1f}"
    parts.append(f'<path d="{path}H{now:.1f}" fill="none" stroke="{MARK}" stroke-width="1.8"/>')
    return svg(frame.width, frame.height, label, parts)


def _dates(frame: Frame, began: date, end: float, words: Words) -> list[str]:
    parts = []
    for place in range(TICKS):
        at = end * place / (TICKS - 1)
        anchor = "start" if place == 0 else "end" if place == TICKS - 1 else "middle"
        day = f"{began + timedelta(days=round(at)):%Y-%m-%d}"
        parts.append(text(frame.x(at), frame.height - frame.bottom + 17, day, anchor=anchor))
    middle = (frame.left + frame.width - frame.right) / 2
    parts.append(text(middle, frame.height - 8, words.x_axis, anchor="middle"))
    return parts
