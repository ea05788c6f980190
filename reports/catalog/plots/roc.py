"""ROC curves of several measures in one square."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.catalog.plots.frame import GRID, MARK, Axis, Frame, Links, linked, svg, text

DASHES = ("", "7 4", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Curve:
    """One measure: its name with the area, the points (false-positive, true-positive rate)."""

    label: str
    points: Sequence[tuple[float, float]]
    record: str = ""


def draw(curves: Sequence[Curve], label: str, axes: tuple[str, str], links: Links) -> str:
    """Curves by dash, with the diagonal of no use."""
    ticks = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    frame = Frame(Axis(0, 1, ticks, axes[0]), Axis(0, 1, ticks, axes[1]), width=460, height=400)
    parts = [
        *frame.axes(),
        f'<path d="M{frame.x(0):.1f} {frame.y(0):.1f}L{frame.x(1):.1f} {frame.y(1):.1f}" '
        f'stroke="{GRID}" stroke-width="1.5"/>',
    ]
    drawn = [curve for curve in curves if curve.points]
    for place, curve in enumerate(drawn):
        dash = f' stroke-dasharray="{DASHES[place % 4]}"' if DASHES[place % 4] else ""
        path = "L".join(f"{frame.x(x):.1f} {frame.y(y):.1f}" for x, y in curve.points)
        line = f'<path d="M{path}" fill="none" stroke="{MARK}" stroke-width="1.8"{dash}/>'
        y = frame.y(0) - 14 - 16 * (len(drawn) - 1 - place)
        key = f'<path d="M{frame.x(0.22):.1f} {y - 4:.1f}h28" stroke="{MARK}"{dash}/>'
        parts.append(linked(line, curve.record, curve.label, links))
        parts += [key, text(frame.x(0.22) + 34, y, curve.label)]
    return svg(frame.width, frame.height, label, parts)
