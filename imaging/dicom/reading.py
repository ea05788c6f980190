"""Bytes to a pydicom data set: scanned first, pydicom's many failures turned into one refusal."""

from __future__ import annotations

import io
import logging
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom import config
from pydicom.dataset import FileDataset
from pydicom.errors import BytesLengthException, InvalidDicomError

from imaging.dicom.bounds import BOUNDS, Bounds, prescan
from imaging.dicom.errors import DicomRefused
from imaging.told import told

Source = Path | bytes

# pydicom quotes values in its log, and values name patients
logging.getLogger("pydicom").setLevel(logging.CRITICAL)

# what pydicom raises on damaged values, found by running its own and our damaged files
FAILURES = (
    InvalidDicomError,
    BytesLengthException,
    struct.error,
    AttributeError,
    EOFError,
    KeyError,
    IndexError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    RuntimeError,
)


def name_of(source: Source) -> str:
    return source.name if isinstance(source, Path) else told("The file")


def read_bytes(source: Source, *, bounds: Bounds = BOUNDS) -> bytes:
    """A source's bytes; a file too large is refused before it is read."""
    if isinstance(source, bytes):
        return source
    try:
        size = source.stat().st_size
        if size > bounds.file_bytes:
            raise DicomRefused(
                "too_large",
                told(
                    "%(file)s has %(size)s MiB; %(most)s may be.",
                    file=source.name,
                    size=size >> 20,
                    most=bounds.file_bytes >> 20,
                ),
            )
        return source.read_bytes()
    except OSError as trouble:
        raise DicomRefused(
            "unreadable",
            told("%(file)s cannot be read: %(why)s.", file=source.name, why=trouble.strerror),
        ) from None


@contextmanager
def lenient(name: str) -> Iterator[None]:
    """Read values as they stand: damaged ones become refusals, odd ones pass without a warning."""
    before = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except FAILURES as trouble:
        raise DicomRefused(
            "unreadable",
            told(
                "%(file)s holds a value that cannot be read (%(why)s).",
                file=name,
                why=type(trouble).__name__,
            ),
        ) from trouble
    finally:
        config.settings.reading_validation_mode = before


def parse(data: bytes, name: str, *, bounds: Bounds = BOUNDS) -> FileDataset:
    """Scan, then parse, a file's bytes. Values are still raw: use them inside `lenient`."""
    prescan(data, name=name, bounds=bounds)
    with lenient(name):
        return pydicom.dcmread(io.BytesIO(data))


def open_dataset(source: Source, *, bounds: Bounds = BOUNDS) -> FileDataset:
    """`parse` of a file or of its bytes."""
    return parse(read_bytes(source, bounds=bounds), name_of(source), bounds=bounds)
