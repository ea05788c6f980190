"""What each key is called in a backup: enough to know the right one again, nothing to guess by."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from studysite.core.checks import KEY_FILES
from studysite.core.errors import Invalid
from studysite.core.keys import key_in

SECRET = "SECRET_KEY"


class KeyMissing(Invalid):
    """A key that the backup needs is not here."""

    code = "key_missing"


def name_of(key: bytes) -> str:
    """The name of a key: keys are random and 32 bytes long, so nobody comes from one to it."""
    return hmac.digest(key, b"study-backup key name", hashlib.sha256).hex()[:16]


def names() -> dict[str, str]:
    """The names of the keys that are here, by setting. None is made."""
    found = {setting: key_in(Path(getattr(settings, setting))) for setting in KEY_FILES}
    here = {setting: name_of(key) for setting, key in found.items() if key is not None}
    return here | {SECRET: name_of(settings.SECRET_KEY.encode())}


def require(wanted: Mapping[str, str]) -> None:
    """Refuse where a key file is missing or is another one than the backup was made under."""
    here = names()
    for setting in KEY_FILES:
        if setting not in wanted or wanted[setting] == here.get(setting):
            continue
        told = {"setting": setting, "name": wanted[setting], "here": here.get(setting, "")}
        if setting in here:
            sentence = _(
                "%(setting)s holds another key (%(here)s) than this backup was made under "
                "(%(name)s): put that one there first."
            )
        else:
            sentence = _(
                "The key %(name)s that this backup was made under is not in %(setting)s: put it "
                "there first."
            )
        raise KeyMissing(sentence % told)


def other_secret(wanted: Mapping[str, str]) -> bool:
    """Whether second factors were sealed with another SECRET_KEY than the one here."""
    return wanted.get(SECRET) != names()[SECRET]
