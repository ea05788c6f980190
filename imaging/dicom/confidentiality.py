"""Table E.1-1 of PS3.15: what the Basic Profile does with each attribute.

The rows come from the package dicom-anonymizer, which takes them from the standard (2026c); only
its data is used. Where the table gives a choice ("X/Z/D") the one that keeps an image conformant
whatever the attribute's type is taken: empty beats absent, a dummy beats empty.
"""

from __future__ import annotations

from enum import Enum
from functools import cache

from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table

EDITION = "PS3.15 2026c"


class Action(Enum):
    """What happens to an attribute that is present."""

    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    UID = "U"
    ITEMS = "U*"  # keep the sequence, clean its items


_LISTS: tuple[tuple[str, Action], ...] = (
    ("X_TAGS", Action.REMOVE),
    ("Z_TAGS", Action.EMPTY),
    ("X_Z_TAGS", Action.EMPTY),
    ("D_TAGS", Action.DUMMY),
    ("Z_D_TAGS", Action.DUMMY),
    ("X_D_TAGS", Action.DUMMY),
    ("X_Z_D_TAGS", Action.DUMMY),
    ("U_TAGS", Action.UID),
    ("X_Z_U_STAR_TAGS", Action.ITEMS),
)


@cache
def rows() -> dict[int, Action]:
    """Single attributes by tag."""
    return {
        row[0] << 16 | row[1]: action
        for name, action in _LISTS
        for row in getattr(table, name)
        if len(row) == 2
    }


@cache
def repeating_rows() -> tuple[tuple[int, int, Action], ...]:
    """Repeating groups (curves, overlays) as (tag, mask, action)."""
    return tuple(
        (row[0] << 16 | row[1], row[2] << 16 | row[3], action)
        for name, action in _LISTS
        for row in getattr(table, name)
        if len(row) == 4
    )


def action_of(tag: int) -> Action | None:
    """The table's action for a tag; None where the table is silent."""
    found = rows().get(tag)
    if found is not None:
        return found
    for pattern, mask, action in repeating_rows():
        if tag & mask == pattern & mask:
            return action
    return None
