"""A case report form as PDF: blank, to be filled in by hand, or with what is on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

from enrollment.answers import show
from enrollment.crfs.definition import Form, Item, Section
from enrollment.crfs.written import digest_of
from enrollment.form_page import Opened, remarks_of
from enrollment.protocol.loader import current
from reports.checkpoint import attached
from reports.pdf import Pdf, to_pdf


@dataclass(frozen=True)
class Line:
    """A question with its answer; without one, what may be chosen."""

    item: Item
    answer: str


@dataclass(frozen=True)
class Block:
    """The questions under one heading."""

    section: Section | None
    lines: list[Line]


def blank(form: Form) -> Pdf:
    """Every question of a form, with boxes and lines."""
    context = {"blocks": _blocks(form, None), "blank": True, "title": form.version}
    return _pdf(form, context, digest_of(form))


def filled(opened: Opened) -> Pdf:
    """What is on record of one form of a participant, as captured."""
    entry, form = opened.entry, opened.definition
    context = {
        "blocks": _blocks(form, opened.answers),
        "blank": False,
        "number": opened.participant.number,
        "where": opened.where,
        "entry": entry,
        "remarks": remarks_of(form, entry.remarks if entry else []),
    }
    revision = entry.revision if entry else 0
    return _pdf(form, context, f"{digest_of(form)}-{opened.participant.number}-{revision}")


def _pdf(form: Form, context: Mapping[str, Any], identifier: str) -> Pdf:
    known = {
        "form": form,
        "sha256": digest_of(form),
        "protocol": current(),
        "version": settings.VERSION,
        "lang": get_language(),
    }
    html, pictures = attached(render_to_string("reports/crf.html", {**known, **context}), {})
    return to_pdf(html, pictures, identifier=identifier)


def _blocks(form: Form, answers: Mapping[str, Any] | None) -> list[Block]:
    blocks: list[Block] = []
    for item in form.items:
        if answers is not None and not item.asked(answers):
            continue
        if not blocks or blocks[-1].lines[0].item.section != item.section:
            blocks.append(Block(form.section(item.section), []))
        blocks[-1].lines.append(Line(item, show(item, (answers or {}).get(item.name))))
    return blocks
