"""Which version of a form is in use, and what a visit makes of it."""

from __future__ import annotations

from typing import Protocol as Shape

from enrollment.crfs.definition import Form
from enrollment.crfs.registry import form_of
from enrollment.protocol.loader import current


class Kept(Shape):
    """Answers that were captured under a version of a form."""

    form: str
    form_version: str
    visit: str


def in_use(key: str) -> Form:
    """A form in the version that the protocol in force names."""
    return form_of(key, current().form_versions.get(key, ""))


def at_visit(key: str, visit: str) -> Form:
    """A form in use, with the instruments that the protocol chooses at a visit."""
    return in_use(key).narrowed(_scales(visit))


def captured(entry: Kept) -> Form:
    """The form as it was when its answers were captured, with what they could be answered at that
    visit."""
    return form_of(entry.form, entry.form_version).narrowed(_scales(entry.visit))


def _scales(visit: str) -> tuple[str, ...]:
    plan = current().find_visit(visit)
    return plan.scales if plan else ()
