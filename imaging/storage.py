"""Where bytes lie: the spool, the quarantine (sealed) and the scans (named by their digest)."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.storage import storages
from django.utils.translation import gettext as _

from studysite.core.backup.places import leaving_spool
from studysite.core.disk import FULL, clear_drafts, sync_folder, write_whole
from studysite.core.errors import Invalid, NoRoom
from studysite.core.keys import key_from_file

CHUNK_BYTES = 1 << 20
NONCE_BYTES = 12


def spool_path(intake: UUID, number: int) -> Path:
    """The place of one arrived file; our own name, whatever the sender's was."""
    return Path(settings.SPOOL_DIR) / str(intake) / f"{number:06d}"


@dataclass(frozen=True)
class Draft:
    """A file on the spool's disk that has no number yet."""

    path: Path
    sha256: str
    size: int


def spool(intake: UUID, stream: IO[bytes]) -> Draft:
    """Write a file to the spool and to the disk below it."""
    path = Path(settings.SPOOL_DIR) / str(intake) / f"{uuid4()}.part"
    # Files lie here as they came, names and all, until they are stored or sealed.
    Path(settings.SPOOL_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("wb") as file:
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                if size > settings.INTAKE_MAX_BYTES:
                    raise Invalid(_("The file is larger than this site takes."), code="too_large")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as trouble:
        # Half a file, of a sender that went away or for a disk that is full: it never came.
        path.unlink(missing_ok=True)
        if isinstance(trouble, OSError) and trouble.errno in FULL:
            raise NoRoom(
                _("The disk is full; this file was not kept. Try again later.")
            ) from trouble
        raise
    return Draft(path, digest.hexdigest(), size)


def settle_spooled(draft: Draft, intake: UUID, number: int) -> None:
    """Give a spooled file its place."""
    draft.path.rename(spool_path(intake, number))
    sync_folder(draft.path.parent)


def empty_spool(intake: UUID) -> None:
    """Remove an arrival's files once every one is stored or held. While a backup reads the spool
    they stay; the clock removes them later."""
    folder = Path(settings.SPOOL_DIR) / str(intake)
    with leaving_spool() as free:
        if free and folder.exists():
            shutil.rmtree(folder)


def old_spools(before: float) -> list[UUID]:
    """Arrivals whose folder on the spool was last written to before a moment (Unix time, s)."""
    root = Path(settings.SPOOL_DIR)
    folders = root.iterdir() if root.exists() else ()
    return [UUID(folder.name) for folder in folders if folder.stat().st_mtime < before]


def clear_half_written(before: float) -> int:
    """Remove what processes that were killed left half written, everywhere; how many. `before` in
    Unix time, s."""
    folders = [Path(settings.SPOOL_DIR), Path(settings.QUARANTINE_DIR)]
    folders += [Path(storages[name].path("")) for name in ("scans", "documents")]
    count = sum(clear_drafts(folder, before) for folder in folders)
    for folder in Path(settings.SPOOL_DIR).glob("*"):
        # Nothing came whole, and nobody sent anything for long.
        if folder.stat().st_mtime < before and not any(folder.iterdir()):
            folder.rmdir()
    return count


def seal(content: bytes) -> str:
    """Keep bytes in quarantine, encrypted; their sha256 is the name."""
    digest = hashlib.sha256(content).hexdigest()
    path = Path(settings.QUARANTINE_DIR) / digest[:2] / digest
    if not path.exists():
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + AESGCM(_quarantine_key()).encrypt(nonce, content, digest.encode())
        write_whole(path, sealed)
    return digest


def unseal(digest: str) -> bytes:
    """Bytes out of quarantine."""
    sealed = (Path(settings.QUARANTINE_DIR) / digest[:2] / digest).read_bytes()
    key = AESGCM(_quarantine_key())
    return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], digest.encode())


def keep_scan(content: bytes) -> str:
    """Keep a de-identified file under the digest of its bytes. Twice is once."""
    digest = hashlib.sha256(content).hexdigest()
    path = scan_path(digest)
    if not path.exists():
        write_whole(path, content)
    return digest


def scan_name(digest: str) -> str:
    """The storage name of a scan file."""
    return f"{digest[:2]}/{digest[2:4]}/{digest}.dcm"


def scan_path(digest: str) -> Path:
    """The local path of a scan file, for readers that need one."""
    return Path(storages["scans"].path(scan_name(digest)))


def scan_bytes(digest: str) -> bytes:
    """The bytes of a scan file, wherever it is stored."""
    with storages["scans"].open(scan_name(digest)) as file:
        return bytes(file.read())


def _quarantine_key() -> bytes:
    return key_from_file(settings.QUARANTINE_KEY_FILE)
