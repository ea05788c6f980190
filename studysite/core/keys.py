"""Secret keys kept as files, apart from the databases and their backups."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def key_from_file(path: Path) -> bytes:
    """The 32-byte key in a file; made once, readable by its owner alone, when there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path)
    return _read(path)


def key_in(path: Path) -> bytes | None:
    """The key in a file, or None; none is made."""
    return _read(path) if path.exists() else None


def _read(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as trouble:
        sentence = f"The key file {path} cannot be read: {trouble.strerror}."
        raise ImproperlyConfigured(sentence) from trouble
    except ValueError:
        # Without what it holds, which may be half of a key.
        raise ImproperlyConfigured(f"The key file {path} holds no key.") from None


def _create(path: Path) -> None:
    """Write a fresh key so that of two processes starting together one wins and both read it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
