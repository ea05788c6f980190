"""A case report form as PDF: blank, to be filled in by hand, or with what is on record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from enrollment.answers import show
from enrollment.crfs.definition import Form, Item, Section
from enrollment.crfs.written import digest_of
from enrollment.form_page import Opened, remarks_of
from enrollment.protocol.loader import current
from reports.catalog.case_summary import LANGUAGES, TYPEFACES, page_words
from reports.catalog.sheet_notices import may_stay
from reports.checkpoint import attached
from reports.pdf import Embedded, Pdf, to_pdf


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
    return _pdf(form, {"blocks": _blocks(form, None), "blank": True})


def filled(opened: Opened) -> Pdf:
    """What is on record of one form of a participant, as captured; of somebody who lets no data
    stay, that it is left out."""
    entry, form = opened.entry, opened.definition
    kept = may_stay(opened.participant)
    data = _data(opened, opened.answers if kept else {})
    context = {
        "blocks": _blocks(form, opened.answers) if kept else [],
        "left_out": not kept,
        "blank": False,
        "number": opened.participant.number,
        "where": opened.where,
        "entry": entry,
        "remarks": remarks_of(form, entry.remarks if entry and kept else []),
        "dated": timezone.localtime(entry.at).isoformat("T", "seconds") if entry else "",
        "digest": hashlib.sha256(data.content).hexdigest(),
    }
    return _pdf(form, context, data)


def _data(opened: Opened, answers: Mapping[str, Any]) -> Embedded:
    """The answers as they are stored, for who reads the file by machine."""
    revision = opened.entry.revision if opened.entry else 0
    kept = {
        "schema": "form/1",
        "participant": opened.participant.number,
        "visit": opened.visit_key,
        "repeat": opened.repeat,
        "form": opened.definition.key,
        "form_version": opened.definition.version,
        "revision": revision,
        "answers": answers,
    }
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, indent=1)
    return Embedded("form.json", f"{text}\n".encode(), "The answers, form/1")


def _pdf(form: Form, context: Mapping[str, Any], *data: Embedded) -> Pdf:
    here = get_language() or "en"
    language = here if here in LANGUAGES else "en"
    known = {
        "form": form,
        "sha256": digest_of(form),
        "protocol": current(),
        "version": settings.VERSION,
        "lang": LANGUAGES[language],
        "typeface": mark_safe(TYPEFACES[language]),
        "page_words": page_words(),
        "zone": settings.TIME_ZONE,
    }
    html, pictures = attached(render_to_string("reports/crf.html", {**known, **context}), {})
    identifier = hashlib.sha256(html.encode()).hexdigest()
    return to_pdf(html, pictures, identifier=identifier, embedded=data)


def _blocks(form: Form, answers: Mapping[str, Any] | None) -> list[Block]:
    blocks: list[Block] = []
    for item in form.items:
        if answers is not None and not item.asked(answers):
            continue
        if not blocks or blocks[-1].lines[0].item.section != item.section:
            blocks.append(Block(form.section(item.section), []))
        blocks[-1].lines.append(Line(item, show(item, (answers or {}).get(item.name))))
    return blocks
