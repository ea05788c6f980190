"""New UIDs for old ones: the same under one key, not to be reversed without it."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from pydicom.uid import UID_dictionary


def remap_uid(uid: str, key: bytes) -> str:
    """`2.25.` and a UUID made of HMAC-SHA256 over the source UID (PS3.5 B.2).

    A UID registered in PS3.6 (SOP classes, transfer syntaxes, well-known instances) means the
    same everywhere and stays; "" stays "".
    """
    plain = uid.strip(" \0")
    if not plain or is_registered(plain):
        return plain
    keyed = hmac.new(key, plain.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
    return f"2.25.{uuid.UUID(bytes=keyed[:16], version=5).int}"


def is_registered(uid: str) -> bool:
    return uid in UID_dictionary
