"""What the browser's viewer draws from: packed once by the worker, and served by technique.

A part belongs to a technique as a picture does: whoever reads slices is given the voxels, whoever
reads reformations the surroundings of the nerve laid straight, and the endoscopy's readers its
surfaces. Nobody is sent what their technique does not show.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from django.core.files.storage import storages
from django.utils.translation import gettext as _

from imaging.nerve.volume import Volume
from imaging.render.course import NerveCourse
from imaging.render.flight import packed_surfaces
from imaging.render.packed import COARSE, packed_straightened, packed_stretched, packed_volume
from imaging.render.slices import default_window
from studysite.core.disk import write_whole
from studysite.core.errors import NotThere

BOTH = "both"
TECHNIQUE_PARTS: dict[str, tuple[str, ...]] = {
    "mpr": ("coarse.part", "volume.part", "tof.part"),
    "cpr": ("straightened.part", "stretched.part"),
    "mrve": ("surfaces.part",),
}
TECHNIQUES = tuple(TECHNIQUE_PARTS)
# What there is of a scan before any nerve of it is measured.
SCAN_PARTS = ("coarse.part", "volume.part")
# Packing waits for a worker's processor, fetching for a reader's line: a third of the way up.
COMPRESSION = 3


class Packed(Protocol):
    """What has been packed: {side or "both": {name: storage name}}."""

    parts: dict[str, dict[str, str]]


def keep_parts(
    volume: Volume, result: Mapping[str, Any], tof: Volume | None = None
) -> dict[str, dict[str, str]]:
    """Pack a scan and its measured nerves, and keep each part under its digest. `tof`: the
    angiogram that the measurement used, laid where the measurement laid it."""
    nerves = {s: n for s, n in result["nerves"].items() if n["status"] == "measured"}
    if not nerves:
        return {}
    courses = {side: NerveCourse.from_json(nerve) for side, nerve in nerves.items()}
    told = told_of(volume, courses)
    kept = {
        BOTH: {
            "coarse.part": keep_part(packed_volume(volume, told, every=COARSE)),
            "volume.part": keep_part(packed_volume(volume, told)),
        }
    }
    laid = result["input"].get("tof") or {}
    if tof is not None and laid.get("used"):
        kept[BOTH]["tof.part"] = keep_part(_packed_tof(tof, laid))
    for side, course in courses.items():
        kept[side] = {
            "straightened.part": keep_part(packed_straightened(volume, course, told)),
            "stretched.part": keep_part(packed_stretched(volume, course)),
            "surfaces.part": keep_part(packed_surfaces(volume, course)),
        }
    return kept


def told_of(volume: Volume, courses: Mapping[str, NerveCourse]) -> dict[str, Any]:
    """What a part says of its scan: the first window, where the nerves lie, what was acquired."""
    window = default_window(volume)
    return {
        "window": [round(window.low, 3), round(window.high, 3)],
        "places": {
            side: [round(float(x), 2) for x in course.at(float(course.arc_mm.mean()))]
            for side, course in courses.items()
        },
        "acquired": [round(float(mm), 4) for mm in volume.spacing_mm],
    }


def _packed_tof(tof: Volume, laid: Mapping[str, Any]) -> bytes:
    """The angiogram in the patient coordinates of the scan, and how well it lies there."""
    moved = Volume(tof.voxels, np.linalg.inv(np.array(laid["matrix"])) @ tof.affine)
    window = default_window(moved)
    told = {
        "window": [round(window.low, 3), round(window.high, 3)],
        "laid": {key: laid[key] for key in ("method", "shift_mm", "turn_deg", "residual_mm")},
    }
    return packed_volume(moved, told)


def parts_for(
    source: Packed, techniques: list[str] | tuple[str, ...] = TECHNIQUES
) -> dict[str, dict[str, str]]:
    """The parts that these techniques are read from: {side: {name: storage name}}."""
    names = {name for key in techniques for name in TECHNIQUE_PARTS.get(key, ())}
    found = {
        side: {name: stored for name, stored in kept.items() if name in names}
        for side, kept in source.parts.items()
    }
    return {side: kept for side, kept in found.items() if kept}


def part_bytes(
    source: Packed, side: str, name: str, techniques: list[str] | tuple[str, ...] = TECHNIQUES
) -> bytes:
    """One part, compressed by gzip. NotThere for what these techniques do not show."""
    stored = parts_for(source, techniques).get(side, {}).get(name)
    if stored is None:
        raise NotThere(_("There is no such part of a case."))
    with storages["documents"].open(stored) as file:
        return bytes(file.read())


def keep_part(content: bytes) -> str:
    """Keep a part, compressed; its storage name is the digest of what it holds."""
    # No time in it: the same part is the same file.
    small = gzip.compress(content, COMPRESSION, mtime=0)
    name = f"parts/{hashlib.sha256(content).hexdigest()}.gz"
    store = storages["documents"]
    if not store.exists(name):
        write_whole(Path(store.path(name)), small)
    return name
