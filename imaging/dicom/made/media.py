"""Objects of our own as DICOM media (PS3.10): files under short names, and a DICOMDIR of them."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.fileset import FileSet


def as_zip(objects: Iterable[Dataset]) -> bytes:
    """A zip with a DICOMDIR at its root. Only for objects that we made: `FileSet` trusts them."""
    with tempfile.TemporaryDirectory() as folder:
        media = FileSet()
        media.ID = "STUDYSITE"
        for one in objects:
            media.add(one)
        try:
            media.write(Path(folder))
        finally:
            # pydicom leaves its folder to the garbage collector
            media.clear()
            media._stage["t"].cleanup()
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file():
                    archive.write(path, str(path.relative_to(folder)))
        return zipped.getvalue()
