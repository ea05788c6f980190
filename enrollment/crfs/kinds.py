"""What each kind of answer is called on a page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from enrollment.crfs.definition import ItemType

_WORDS = {
    ItemType.CODE: _("one of a list"),
    ItemType.CODES: _("several of a list"),
    ItemType.INTEGER: _("whole number"),
    ItemType.DECIMAL: _("number"),
    ItemType.DATE: _("date"),
    ItemType.PARTIAL_DATE: _("date, day or month may be unknown"),
    ItemType.DATETIME: _("date and time"),
    ItemType.TEXT: _("text"),
    ItemType.BOOLEAN: _("yes or no"),
}


def word_of(kind: ItemType) -> str:
    """The kind in the reader's language."""
    return str(_WORDS[kind])
