"""The trial as it would be with its arms drawn from a sealed list."""

from __future__ import annotations

from enrollment.protocol.definition import Protocol
from enrollment.protocol.loader import FOLDER, parse

ASSIGNED = 'method = "assigned"'
RANDOMISED = 'method = "randomised"\nstrata = ["left", "right"]\nblock_sizes = [2, 4]'


def randomised_text(*, target: int = 30, slots: int | None = None) -> str:
    """The protocol's file, changed as far as that."""
    text = (FOLDER / "nct04645277.toml").read_text(encoding="utf-8")
    chosen = RANDOMISED + (f"\nslots = {slots}" if slots else "")
    return text.replace(ASSIGNED, chosen, 1).replace("target = 30", f"target = {target}")


def randomised(*, target: int = 30, slots: int | None = None) -> Protocol:
    """The protocol of that file."""
    return parse(randomised_text(target=target, slots=slots).encode())
