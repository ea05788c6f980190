"""Stored series as arrays in this process, the last few kept: scrolling asks for many slices."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from imaging import storage
from imaging.dicom.series import read_series
from imaging.models import Series
from imaging.nerve.image_quality import ImageQuality, image_quality
from imaging.nerve.volume import Volume
from imaging.render.sampling import Window
from imaging.render.slices import default_window

# A cisternogram of 512 x 512 x 96 voxels takes 100 MB.
KEPT = 3
# Three planes ask at once for the first slice of a series: one of them reads it.
_reading = Lock()


def volume_of(series: Series) -> Volume:
    """A stored series as a volume; not to be written to."""
    with _reading:
        return _read(series.pk, series.sha256)


def window_of(series: Series) -> Window:
    """The grey window that a series is first shown in."""
    with _reading:
        return _window(series.pk, series.sha256)


def quality_of(series: Series) -> ImageQuality:
    """What a series' voxels say of their own quality."""
    with _reading:
        return _quality(series.pk, series.sha256)


@lru_cache(maxsize=1000)
def _quality(pk: int, sha256: str) -> ImageQuality:
    return image_quality(_read(pk, sha256).voxels)


@lru_cache(maxsize=KEPT)
def _read(pk: int, sha256: str) -> Volume:
    rows = Series.objects.get(pk=pk).instances.all()
    return read_series([storage.scan_path(row.sha256) for row in rows])


@lru_cache(maxsize=1000)
def _window(pk: int, sha256: str) -> Window:
    return default_window(_read(pk, sha256))
