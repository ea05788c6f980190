"""Files of a size that nobody knows beforehand, put into one archive: each grows on the disk first.
The same data give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The first day that an archive can name: when a file was written says nothing about the data.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


class Spool:
    """Text files under way in a scratch folder, by their names in the archive."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.files: dict[str, TextIO] = {}

    def __getitem__(self, name: str) -> TextIO:
        """The file of that name, begun when it is first asked for."""
        if name not in self.files:
            path = self.folder / str(len(self.files))
            file = path.open("w+", encoding="utf-8", newline="")
            self.files[name] = self.stack.enter_context(file)
        return self.files[name]


@contextmanager
def spooled(beside: Path) -> Iterator[Spool]:
    """A scratch folder on the disk of the archive."""
    with TemporaryDirectory(prefix=".export-", dir=beside.parent) as folder, ExitStack() as stack:
        yield Spool(Path(folder), stack)


def pack(path: Path, files: dict[str, TextIO]) -> None:
    """Put finished files into an archive, in the order they are given."""
    with ZipFile(path, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        for name, file in files.items():
            file.flush()
            file.seek(0)
            info = ZipInfo(name, LONG_AGO)
            info.compress_type = ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as out:
                while part := file.read(2**20):
                    out.write(part.encode())
