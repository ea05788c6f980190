"""What a node answers to C-STORE (PS3.4 annex B.2.3, PS3.7 annex C), in words."""

from __future__ import annotations

from studysite.core.said import said

DUPLICATE = 0x0111
NO_SUCH_CLASS = 0x0122
NOT_AUTHORISED = 0x0124
# Stored with a remark: elements changed, or left out, on the way in.
REMARKS = (0xB000, 0xB006, 0xB007)


def is_taken(status: int) -> bool:
    """Whether the node has the object now."""
    return status in (0x0000, 0x0001, DUPLICATE, *REMARKS)


def why_refused(status: int | None) -> str:
    """Why it has not, as a sentence that is kept. None: it never agreed to objects of the kind."""
    if status is None or status == NO_SUCH_CLASS:
        return said("It does not take objects of this kind.")
    if status >> 8 == 0xA7:
        return said("It has no room left (%(status)s).", status=_hex(status))
    if status >> 8 == 0xA9:
        return said("It finds the object to be of another kind (%(status)s).", status=_hex(status))
    if status >> 12 == 0xC:
        return said("It cannot understand the object (%(status)s).", status=_hex(status))
    if status == NOT_AUTHORISED:
        return said("It does not let this study store anything (%(status)s).", status=_hex(status))
    return said("It refused the object (%(status)s).", status=_hex(status))


def _hex(status: int) -> str:
    return f"{status:#06x}"
