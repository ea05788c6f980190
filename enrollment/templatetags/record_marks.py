"""Marks at the items of a form: its queries, and what was verified."""

from __future__ import annotations

from typing import Any

from django import template

from enrollment.query_marks import FormMarks, Marks

register = template.Library()


@register.inclusion_tag("enrollment/_item_marks.html")
def item_marks(marks: FormMarks | None, name: str) -> dict[str, Any]:
    """The queries at one item, and where to ask another."""
    found = marks.items.get(name, Marks()) if marks else Marks()
    return {"marks": found, "name": name}
