"""When two reads agree, and which are read again. Pure rules; the protocol gives the values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

SIDES = ("left", "right")


def compared(items: Iterable[str]) -> list[str]:
    """The answers by which two readers are compared, of both sides."""
    return [f"{side}_{item}" for side in SIDES for item in items]


def differing(
    first: Mapping[str, Any], second: Mapping[str, Any], items: Iterable[str]
) -> list[str]:
    """The compared answers in which two reads differ. What one was not asked and the other was
    is a difference."""
    return [name for name in compared(items) if first.get(name) != second.get(name)]


def agreed(answers: Mapping[str, Any], items: Iterable[str]) -> dict[str, Any]:
    """What two reads that agree come to."""
    return {name: answers[name] for name in compared(items) if name in answers}


def chosen_for_repeat(*, seed: str, share: float, reading_id: str) -> bool:
    """Whether a read is among the share that is read again. The reading id is random and the seed
    sealed with the protocol, so nobody can choose, and everybody can check afterwards."""
    digest = hashlib.sha256(f"{seed}|{reading_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
