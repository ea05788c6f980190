"""Words about a form's definition."""

from __future__ import annotations

from django import template

from enrollment.crfs.definition import ItemType
from enrollment.crfs.kinds import word_of

register = template.Library()


@register.filter
def kind_word(kind: ItemType) -> str:
    """What a kind of answer is called."""
    return word_of(kind)
