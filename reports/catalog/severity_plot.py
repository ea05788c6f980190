"""The spasm's severity over the visits, a line a scale, as SVG. Pure: rows in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.catalog.plots.frame import MARK, SHAPES, Axis, Frame, axis, mark, svg, text
from reports.catalog.plots.roc import DASHES

WIDTH, HEIGHT, KEY = 720, 190, 250


@dataclass(frozen=True)
class Course:
    """One scale: its name, and the score at each visit; None where it was not taken."""

    label: str
    scores: Sequence[float | None]


def draw_courses(
    courses: Sequence[Course], visits: Sequence[str], label: str, y_label: str
) -> bytes:
    """Visits at equal distances, in their order. ValueError where no score was taken."""
    scores = [score for course in courses for score in course.scores if score is not None]
    if not scores:
        raise ValueError("no severity to draw")
    frame = Frame(
        Axis(-0.5, len(visits) - 0.5, (), ""),
        axis(scores, y_label, from_zero=True),
        width=WIDTH,
        height=HEIGHT,
        right=KEY,
        bottom=30,
    )
    parts = frame.axes()
    for place, visit in enumerate(visits):
        parts.append(text(frame.x(place), HEIGHT - 12, visit, anchor="middle"))
    for number, course in enumerate(courses):
        parts += _course(frame, number, course)
    return svg(WIDTH, HEIGHT, label, parts).encode()


def _course(frame: Frame, number: int, course: Course) -> list[str]:
    taken = [(place, score) for place, score in enumerate(course.scores) if score is not None]
    if not taken:
        return []
    dash = f' stroke-dasharray="{DASHES[number % 4]}"' if DASHES[number % 4] else ""
    shape = SHAPES[number % len(SHAPES)]
    path = "L".join(f"{frame.x(x):.1f} {frame.y(y):.1f}" for x, y in taken)
    y = 24 + 18 * number
    left = WIDTH - KEY + 12
    return [
        f'<path d="M{path}" fill="none" stroke="{MARK}" stroke-width="1.5"{dash}/>',
        *(mark(frame.x(x), frame.y(v), shape) for x, v in taken),
        f'<path d="M{left} {y - 4}h28" stroke="{MARK}" stroke-width="1.5"{dash}/>',
        mark(left + 14, y - 4, shape),
        text(left + 34, y, course.label),
    ]
