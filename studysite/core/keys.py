"""Secret keys kept as files, apart from the databases and their backups."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
IN_ENVIRONMENT = "env:"


def in_environment(name: str) -> Path:
    """What stands in the place of a key's file where the key is a variable of the environment."""
    return Path(IN_ENVIRONMENT + name)


def key_from_file(path: Path) -> bytes:
    """The 32-byte key in a file; made once, readable by its owner alone, when there is none."""
    if not _is_there(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path)
    return _read(path)


def key_in(path: Path) -> bytes | None:
    """The key in a file, or None; none is made."""
    return _read(path) if _is_there(path) else None


def _is_there(path: Path) -> bool:
    return str(path).startswith(IN_ENVIRONMENT) or path.exists()


def _read(path: Path) -> bytes:
    try:
        return _whole(_text(path))
    except OSError as trouble:
        sentence = f"The key file {path} cannot be read: {trouble.strerror}."
        raise ImproperlyConfigured(sentence) from trouble
    except ValueError:
        # Without what it holds, which may be half of a key.
        raise ImproperlyConfigured(f"The key file {path} holds no key.") from None


def _text(path: Path) -> str:
    name = str(path).removeprefix(IN_ENVIRONMENT)
    return os.environ.get(name, "") if name != str(path) else path.read_text(encoding="ascii")


def _whole(text: str) -> bytes:
    key = bytes.fromhex(text.strip())
    if len(key) != KEY_BYTES:
        raise ValueError("half of a key")
    return key


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
