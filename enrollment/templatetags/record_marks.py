"""Marks at the items of a form: its queries, and what was verified."""

from __future__ import annotations

from typing import Any

from django import template

from enrollment.models import Query
from enrollment.query_marks import FormMarks, Marks
from enrollment.query_words import asked_in

register = template.Library()


@register.inclusion_tag("enrollment/_item_marks.html")
def item_marks(marks: FormMarks | None, name: str) -> dict[str, Any]:
    """The queries at one item, and where to ask another."""
    found = marks.items.get(name, Marks()) if marks else Marks()
    return {"marks": found, "name": name}


@register.filter
def asked(query: Query) -> str:
    """What a query asks."""
    return asked_in(query)
