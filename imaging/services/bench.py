"""What the analyst's bench needs of a series before a version is measured."""

from __future__ import annotations

import gzip
from pathlib import Path

from django.core.files.storage import storages
from django.utils.translation import gettext as _

from enrollment.services import way
from imaging.models import Series
from imaging.render.packed import COARSE, packed_volume
from imaging.services.viewing import COMPRESSION, SCAN_PARTS, told_of
from imaging.volumes import volume_of
from studysite.core.disk import write_whole
from studysite.core.errors import NotThere, StudyError


def closed_sentence(series: Series) -> str:
    """Why nothing can be asked for of this series any more; nothing where it can."""
    try:
        way.require_open(series.participant, visit=series.scan.visit.key)
    except StudyError as refusal:
        return str(refusal)
    return ""


def series_part_bytes(series: Series, name: str) -> bytes:
    """The voxels of a series as the viewer takes them, packed at the first look and kept under the
    digest of the scan. NotThere for another name."""
    if name not in SCAN_PARTS:
        raise NotThere(_("There is no such part of a case."))
    store = storages["documents"]
    kept = f"parts/{series.sha256}-{name}.gz"
    if not store.exists(kept):
        volume = volume_of(series)
        every = COARSE if name.startswith("coarse") else 1
        content = packed_volume(volume, told_of(volume, {}), every=every)
        write_whole(Path(store.path(kept)), gzip.compress(content, COMPRESSION, mtime=0))
    with store.open(kept) as file:
        return bytes(file.read())
