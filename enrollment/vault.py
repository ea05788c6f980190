"""The identity vault: AES-256-GCM, a key per participant, wrapped by a master key from a file.

Destroying a participant's wrapped key erases the identity and leaves every study row in place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError, connections
from django.utils.translation import gettext as _

from enrollment.models import Identity
from studysite.core.audit.writer import carrying
from studysite.core.errors import Conflict, NotThere, StudyError
from studysite.core.keys import key_from_file

NONCE_BYTES = 12
# One whole-day offset a participant, within about ten years and never zero, so that no moved date
# is the true one.
LARGEST_OFFSET_DAYS = 3650


@dataclass(frozen=True)
class Person:
    """Who a participant is. Kept in the vault alone."""

    name: str
    hospital_number: str
    birth_on: date | None
    date_offset_days: int = 0


class AlreadyScreened(Conflict):
    """The person is in the study under another number."""

    code = "already_screened"

    def __init__(self) -> None:
        sentence = _("A participant with this hospital number is already in the study.")
        super().__init__(sentence, field="hospital_number")


class VaultError(StudyError):
    """The vault cannot be opened with this key."""

    code = "vault"
    status = 500


def _master_key() -> bytes:
    return key_from_file(settings.VAULT_KEY_FILE)


def _mac(site_code: str, hospital_number: str, master: bytes | None = None) -> str:
    """Two hospitals may give one number to two people, so the site belongs to it. Full-width
    digits, which a Chinese keyboard types, are the same number."""
    plain = unicodedata.normalize("NFKC", hospital_number).strip()
    key = hmac.digest(master or _master_key(), b"hospital-number", "sha256")
    return hmac.new(key, f"{site_code}\0{plain}".encode(), hashlib.sha256).hexdigest()


def _seal(key: bytes, content: bytes, number: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, number.encode())


def _open(key: bytes, sealed: bytes, number: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], number.encode())
    except InvalidTag as error:
        raise VaultError(_("The identity vault cannot be opened with this key.")) from error


def store(number: str, person: Person) -> None:
    """Seal a participant's identity. Conflict when the site's hospital number is already there."""
    site_code = number.rpartition("-")[0]
    mac = _mac(site_code, person.hospital_number) if person.hospital_number else None
    if mac and Identity.objects.filter(hospital_number_mac=mac).exists():
        raise AlreadyScreened
    offset = -(1 + secrets.randbelow(LARGEST_OFFSET_DAYS))
    content = asdict(person) | {
        "birth_on": person.birth_on.isoformat() if person.birth_on else "",
        "date_offset_days": offset,
    }
    key = AESGCM.generate_key(bit_length=256)
    row = Identity(
        number=number,
        hospital_number_mac=mac,
        wrapped_key=_seal(_master_key(), key, number),
        sealed=_seal(key, json.dumps(content, ensure_ascii=False).encode(), number),
    )
    try:
        with carrying("vault"):
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyScreened from error


def discard_unfinished(number: str) -> None:
    """Remove what a screening that stopped half way left under a number. For a number that was
    given this moment only: numbers are never given twice, so nobody else's identity lies there."""
    with carrying("vault"):
        Identity.objects.filter(number=number).delete()


def reveal(number: str) -> Person:
    """A participant's identity. The caller records the look as an act."""
    row = Identity.objects.filter(number=number).first()
    if row is None or row.wrapped_key is None:
        raise NotThere(_("The identity of this participant is not in the vault."))
    key = _open(_master_key(), bytes(row.wrapped_key), number)
    content = json.loads(_open(key, bytes(row.sealed), number))
    birth = content.pop("birth_on")
    return Person(**content, birth_on=date.fromisoformat(birth) if birth else None)


def number_of(hospital_number: str, site_code: str) -> str | None:
    """The subject number that belongs to a hospital number of a site, if any."""
    if not hospital_number.strip():
        return None
    row = Identity.objects.filter(hospital_number_mac=_mac(site_code, hospital_number)).first()
    return row.number if row else None


def erase(number: str) -> None:
    """Destroy the key of one participant: the identity is gone, the study's rows stay."""
    with carrying("vault"):
        Identity.objects.filter(number=number).update(
            wrapped_key=None, hospital_number_mac=None, sealed=b""
        )
    _scrub()


def is_known(number: str) -> bool:
    """Whether the vault still has an identity for a participant."""
    return Identity.objects.filter(number=number).exclude(wrapped_key=None).exists()


def rotate(old: bytes, new: bytes) -> int:
    """Wrap every participant's key with another master key, all or none; how many there were."""
    count = 0
    with carrying("vault"):
        for row in Identity.objects.select_for_update().exclude(wrapped_key=None):
            key = _open(old, bytes(row.wrapped_key or b""), row.number)
            content = json.loads(_open(key, bytes(row.sealed), row.number))
            if row.hospital_number_mac:
                site_code = row.number.rpartition("-")[0]
                row.hospital_number_mac = _mac(site_code, content["hospital_number"], new)
            row.wrapped_key = _seal(new, key, row.number)
            row.save(update_fields=["wrapped_key", "hospital_number_mac"])
            count += 1
    _scrub()
    return count


def _scrub() -> None:
    """Leave no older page of a row behind: a key that was overwritten is not to be dug out again.
    SQLite zeroes what it frees (`secure_delete`) once its log is written back."""
    connection = connections["vault"]
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("VACUUM enrollment_identity")
