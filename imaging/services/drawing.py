"""The pictures of a measured nerve: those that show what was found, and plain ones for readers."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.utils.translation import override

from imaging.nerve.volume import Volume
from imaging.render.canvas import can_write_chinese
from imaging.render.pictures import draw_pictures, draw_plain
from imaging.render.stage import CannotDraw
from studysite.core.disk import write_whole
from studysite.core.said import say

log = logging.getLogger(__name__)


def draw(
    volume: Volume, result: Mapping[str, Any], *, marked: bool = True
) -> dict[str, dict[str, str]]:
    """Pictures of each measured nerve, kept under their digest: {side: {name: storage name}}; in
    Chinese under "zh-hans/" and the name, where this machine has the font. `marked`: also those
    that show what was found."""
    store, kept = storages["documents"], {}
    nerves = {s: n for s, n in result["nerves"].items() if n["status"] == "measured"}
    for side, nerve in nerves.items():
        other = next((n for s, n in nerves.items() if s != side), None)
        with tempfile.TemporaryDirectory() as folder:
            _draw(volume, nerve, Path(folder), other, marked)
            drawn = sorted(path for path in Path(folder).rglob("*") if path.is_file())
            kept[side] = {path.relative_to(folder).as_posix(): _keep(store, path) for path in drawn}
    return kept


def _draw(volume: Volume, nerve: Any, folder: Path, other: Any, marked: bool) -> None:
    languages = {"zh-hans": _chinese} if can_write_chinese() else {}
    try:
        if marked:
            draw_pictures(volume, nerve, folder, other=other, languages=languages)
    except CannotDraw as trouble:
        # The endoscopy is drawn last: the numbers and the rest stand without it.
        log.warning("The endoscopy could not be drawn: %s", trouble)
    try:
        draw_plain(volume, nerve, folder, languages=languages)
    except CannotDraw as trouble:
        log.warning("The readers' endoscopy could not be drawn: %s", trouble)


def _chinese(words: str) -> str:
    with override("zh-hans"):
        return say(words)


def _keep(store: Any, path: Path) -> str:
    content = path.read_bytes()
    name = f"pictures/{hashlib.sha256(content).hexdigest()}{path.suffix}"
    if not store.exists(name):
        write_whole(Path(store.path(name)), content)
    return name
