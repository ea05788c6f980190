"""The document of a measurement whose contours a person corrected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imaging.models import Measurement
from imaging.nerve.contour import outline_of
from imaging.nerve.corrected import corrected, fitted
from imaging.render.course import NerveCourse
from studysite.core.said import kept


def keeping(nerve: dict[str, Any]) -> dict[str, Any]:
    """One nerve of the document, with its sentences also as they are kept: the document's own are
    English, as those who rely on it expect."""
    told = {"reason": kept(nerve["reason"] or ""), "flags": [*map(kept, nerve.get("flags", ()))]}
    return nerve | {"said": told}


def recomputed(row: Measurement) -> dict[str, Any]:
    """The document of the version that this one corrects, with its outlined sections; a nerve that
    has none is as it was fitted. Raises OutlineRefused."""
    assert row.corrects is not None
    base = row.corrects.result or {}
    nerves = {
        side: redrawn(nerve, row.outlines.get(side, ()), base["input"]["spacing_mm"])
        for side, nerve in base["nerves"].items()
    }
    of = {"version": row.corrects.version, "reason": row.reason}
    return base | {"nerves": nerves, "corrects": of}


def redrawn(
    nerve: Mapping[str, Any], outlines: list[dict[str, Any]], spacing_mm: list[float]
) -> dict[str, Any]:
    """One nerve with these outlines, each also in patient coordinates (LPS, mm) in its section."""
    if nerve["status"] != "measured":
        return dict(nerve)
    said = nerve.get("said", {}).get("flags", nerve["flags"])
    if "by_hand" in nerve:
        said = said[:-1]
    if not outlines:
        made = fitted(nerve)
        return made | {"said": {"reason": "", "flags": said}}
    made = corrected(nerve, outlines, np.array(spacing_mm))
    told = {"reason": "", "flags": [*said, kept(made["flags"][-1])]}
    made["flags"] = [*map(str, made["flags"])]
    return made | {"said": told, "profile": _placed(nerve, made["profile"], outlines)}


def _placed(
    nerve: Mapping[str, Any], rows: list[dict[str, Any]], outlines: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    course = NerveCourse.from_json(nerve)
    ups, sides = course.frames
    placed = list(rows)
    for given in outlines:
        number = int(np.argmin([abs(row["arc_mm"] - given["arc_mm"]) for row in rows]))
        arc = rows[number]["arc_mm"]
        drawn = outline_of(given["kind"], np.array(given["points_mm"], dtype=float)).points_mm
        across = [_unit_at(course, axis, arc) for axis in (ups, sides)]
        points = course.at(arc) + drawn[:, :1] * across[0] + drawn[:, 1:] * across[1]
        by_hand = rows[number]["by_hand"] | {
            "kind": given["kind"],
            "outline_mm": [[round(float(x), 3) for x in point] for point in points],
        }
        placed[number] = rows[number] | {"by_hand": by_hand}
    return placed


def _unit_at(course: NerveCourse, axis: np.ndarray, arc_mm: float) -> np.ndarray:
    found = np.array([np.interp(arc_mm, course.arc_mm, column) for column in axis.T])
    return np.asarray(found / np.linalg.norm(found))
