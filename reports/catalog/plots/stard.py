"""The flow of people and of nerve sides as a STARD diagram: a trunk, then a column a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.catalog.plots.frame import INK, Links, linked, svg, text

WIDTH, BOX, LINE, GAP, PAD = 720, 220, 15, 20, 8


@dataclass(frozen=True)
class Count:
    """One line of a box: words with a number, and the records that it leads to."""

    label: str
    n: int
    record: str

    @property
    def words(self) -> str:
        """As it stands in the box."""
        return f"{self.label} (n = {self.n})"


@dataclass(frozen=True)
class Box:
    """Lines in a frame; the first is the step itself."""

    lines: Sequence[Count]

    @property
    def height(self) -> int:
        """What it takes."""
        return PAD * 2 + LINE * len(self.lines)


def draw(
    trunk: Sequence[tuple[Box, Box | None]],
    columns: Sequence[tuple[str, Sequence[Box]]],
    label: str,
    links: Links,
) -> str:
    """`trunk`: each step, and beside it who left there; `columns`: a head and its steps."""
    parts, y = [], 10.0
    middle = WIDTH / 2 if len(columns) != 1 else WIDTH / 3
    for place, (step, beside) in enumerate(trunk):
        parts += _box(step, middle - BOX / 2, y, links)
        if beside:
            half = y + step.height / 2
            left = WIDTH - BOX - 10
            parts.append(_line(f"M{middle + BOX / 2:.1f} {half:.1f}H{left}"))
            parts += _box(
                beside, left, y + step.height / 2 - min(beside.height / 2, PAD + 8), links
            )
        below = y + max(step.height, beside.height if beside else 0) + GAP
        if place < len(trunk) - 1:
            parts.append(_line(f"M{middle:.1f} {y + step.height:.1f}V{below:.1f}"))
        y = below if place < len(trunk) - 1 else y + step.height
    return _columns(parts, y, middle, columns, label, links)


def _columns(
    parts: list[str],
    y: float,
    middle: float,
    columns: Sequence[tuple[str, Sequence[Box]]],
    label: str,
    links: Links,
) -> str:
    width = BOX + 60
    centres = [middle]
    if len(columns) > 1:
        step = WIDTH / len(columns)
        centres = [step * (place + 0.5) for place in range(len(columns))]
    parts.append(_line(f"M{middle:.1f} {y:.1f}v{GAP / 2}"))
    branch = y + GAP / 2
    parts.append(_line(f"M{centres[0]:.1f} {branch:.1f}H{centres[-1]:.1f}"))
    deepest = branch
    for centre, (head, boxes) in zip(centres, columns, strict=True):
        at = branch + GAP / 2
        parts.append(_line(f"M{centre:.1f} {branch:.1f}v{GAP / 2}"))
        if head:
            parts.append(text(centre, at + 12, head, anchor="middle", bold=True))
            at += 20
        for place, box in enumerate(boxes):
            parts += _box(box, centre - width / 2, at, links, width)
            if place < len(boxes) - 1:
                parts.append(_line(f"M{centre:.1f} {at + box.height:.1f}v{GAP}"))
            at += box.height + GAP
        deepest = max(deepest, at - GAP)
    return svg(WIDTH, round(deepest + 12), label, parts)


def _box(box: Box, x: float, y: float, links: Links, width: float = BOX) -> list[str]:
    parts = [
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{box.height}" fill="#ffffff" '
        f'stroke="{INK}"/>'
    ]
    for place, count in enumerate(box.lines):
        base = y + PAD + LINE * place + 11
        indent = 0 if place == 0 else 10
        words = text(x + PAD + indent, base, count.words, bold=place == 0)
        parts.append(linked(words, count.record if count.n else "", count.words, links))
    return parts


def _line(path: str) -> str:
    return f'<path d="{path}" fill="none" stroke="{INK}"/>'
