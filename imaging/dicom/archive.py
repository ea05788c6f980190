"""Zip archives from outside, opened within bounds and one member at a time.

Names inside become neither paths nor parts of a sentence: file names tell patients' names. Bounds
count what is really inflated, not what the archive claims.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from imaging.dicom.errors import DicomRefused
from imaging.told import told

CHUNK = 1 << 18
MIB = 1 << 20
ENCRYPTED = 0x1
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
DRIVE = re.compile(r"[A-Za-z]:")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ARCHIVE_MARKS = (*ZIP_MARKS, b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!")
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
    RuntimeError,
)


@dataclass(frozen=True)
class ArchiveBounds:
    members: int = 20_000
    member_bytes: int = 1024 * MIB
    total_bytes: int = 8 * 1024 * MIB
    ratio: int = 200
    free_bytes: int = 4 * MIB  # below this a member may have any ratio
    name_length: int = 1024


BOUNDS = ArchiveBounds()


@dataclass(frozen=True)
class Member:
    """One file of an archive: its name there, which may tell a patient's, and its bytes on our
    disk."""

    name: str
    path: Path


def is_zip(path: Path) -> bool:
    """Whether a file begins as a zip archive does."""
    with path.open("rb") as file:
        return file.read(4) in ZIP_MARKS


def unpack(archive: Path, folder: Path, *, bounds: ArchiveBounds = BOUNDS) -> Iterator[Member]:
    """Write each member to `folder` under a name of ours and yield it; the caller may delete it.

    The whole directory is judged before anything is written. Raises DicomRefused.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [m for m in opened.infolist() if not m.is_dir()]
            _judge(members, archive, bounds)
            total = 0
            for number, member in enumerate(members):
                path = folder / f"{number:06d}"
                total += _write(opened, member, path, bounds, bounds.total_bytes - total)
                yield Member(name=PurePosixPath(member.filename).name, path=path)
    except DAMAGE as trouble:
        raise DicomRefused(
            "damaged_archive", told("%(file)s is no whole zip archive.", file=archive.name)
        ) from trouble


def _judge(members: list[zipfile.ZipInfo], archive: Path, bounds: ArchiveBounds) -> None:
    if not members:
        raise DicomRefused("empty", told("%(file)s holds no file.", file=archive.name))
    if len(members) > bounds.members:
        raise DicomRefused(
            "too_many",
            told(
                "%(file)s holds %(files)s files; %(most)s may be.",
                file=archive.name,
                files=f"{len(members):,}",
                most=f"{bounds.members:,}",
            ),
        )
    names = set()
    for member in members:
        _judge_member(member, archive.name, bounds)
        names.add(member.filename)
    if len(names) != len(members):
        raise DicomRefused(
            "doubled", told("%(file)s holds two files of one name.", file=archive.name)
        )
    _judge_overlaps(members, archive)


def _judge_member(member: zipfile.ZipInfo, archive: str, bounds: ArchiveBounds) -> None:
    parts = PurePosixPath(member.filename.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or DRIVE.match(member.filename):
        raise DicomRefused(
            "traversal", told("%(file)s holds a file that points outside of it.", file=archive)
        )
    if len(member.filename) > bounds.name_length or "\0" in member.orig_filename:
        raise DicomRefused(
            "traversal", told("%(file)s holds a file with an impossible name.", file=archive)
        )
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise DicomRefused(
            "link", told("%(file)s holds a link or device, not only files.", file=archive)
        )
    if member.flag_bits & ENCRYPTED:
        raise DicomRefused(
            "encrypted", told("%(file)s is encrypted; send it without a password.", file=archive)
        )
    if member.compress_type not in METHODS:
        raise DicomRefused(
            "compression", told("%(file)s is compressed in a way that is not taken.", file=archive)
        )


def _judge_overlaps(members: list[zipfile.ZipInfo], archive: Path) -> None:
    """Members that share bytes make small archives expand without end."""
    end = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        if member.header_offset < end:
            raise DicomRefused(
                "overlap", told("%(file)s holds files that share their bytes.", file=archive.name)
            )
        end = member.header_offset + 30 + member.compress_size


def _write(
    opened: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    path: Path,
    bounds: ArchiveBounds,
    left: int,
) -> int:
    most = min(bounds.member_bytes, left, _by_ratio(member, bounds))
    with opened.open(member) as source, path.open("xb") as target:
        return _copy(source, target, most)


def _by_ratio(member: zipfile.ZipInfo, bounds: ArchiveBounds) -> int:
    return max(bounds.free_bytes, member.compress_size * bounds.ratio)


def _copy(source: IO[bytes], target: IO[bytes], most: int) -> int:
    written = 0
    while chunk := source.read(CHUNK):
        if written == 0 and chunk.startswith(ARCHIVE_MARKS):
            raise DicomRefused(
                "nested", told("The archive holds another archive; unpack that one first.")
            )
        written += len(chunk)
        if written > most:
            raise DicomRefused(
                "bomb",
                told("A file in the archive inflates to more than %(most)s MiB.", most=most // MIB),
            )
        target.write(chunk)
    return written
