"""The case summary: one participant, complete, as a document that a hospital files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from enrollment.crfs.registry import FORMS
from enrollment.journey import State
from enrollment.protocol.loader import current
from reports.case.content import Case, Content
from reports.catalog import pictures, tables
from reports.catalog.case_severity import severity_of
from reports.checkpoint import attached
from reports.pdf import Embedded, Pdf, to_pdf

KIND = "case_summary"
BOTH = "both"
# The data that the document shows, embedded in it; its digest is printed on every page.
DATA = "case.json"
LANGUAGES = {"en": "en", "zh-hans": "zh-Hans"}
# Both faces lie in one font file. The Chinese one sets quotation marks and dots full width, so
# English takes its Korean sister, which sets them as Latin.
TYPEFACES = {
    "en": '"Noto Sans CJK KR", "DejaVu Sans"',
    "zh-hans": '"Noto Sans CJK SC", "DejaVu Sans"',
}
TEMPLATE = "reports/case_summary.html"
CHOICES = (*LANGUAGES, BOTH)


@dataclass(frozen=True)
class Made:
    """Which version of the document this is, who asked for it and when."""

    version: int
    by: str
    at: datetime


def render(
    case: Case, *, language: str, kept: Mapping[str, bytes], made: Made | None = None
) -> Pdf:
    """The PDF in one of CHOICES. `kept` holds the pictures by storage name; what is not there
    is said in words. The same case, language, pictures, `made` and checkpoint: the same bytes."""
    pages: list[str] = []
    pictures_shown: dict[str, bytes] = {}
    for each in LANGUAGES if language == BOTH else (language,):
        html, shown = page_of(case, language=each, kept=kept, made=made)
        with translation.override(each):
            html, shown = attached(html, shown)
        for name, content in shown.items():
            # One that is the same in both languages is in the document once.
            url = name
            if pictures_shown.setdefault(name, content) != content:
                url = name.replace("picture:", f"picture:{each}/", 1)
                html = html.replace(f'src="{name}"', f'src="{url}"')
            pictures_shown[url] = content
        pages.append(html)
    return to_pdf(
        pages,
        pictures_shown,
        identifier=f"{case.content.sha256}-{language}",
        embedded=[Embedded(DATA, case.content.canonical(), "What a signature covers, case/1")],
    )


def page_of(
    case: Case, *, language: str, kept: Mapping[str, bytes], made: Made | None = None
) -> tuple[str, dict[str, bytes]]:
    """The document as HTML, and the pictures that it names."""
    with translation.override(language):
        context, shown = _context(case, language, kept, made)
        return render_to_string(TEMPLATE, context), shown


def _context(
    case: Case, language: str, kept: Mapping[str, bytes], made: Made | None
) -> tuple[dict[str, Any], dict[str, bytes]]:
    content, found = case.content, case.content.measurement
    affected = content.subject.affected_side
    context: dict[str, Any] = {
        "case": case,
        "content": content,
        "subject": content.subject,
        "protocol": current(),
        "made": made,
        "lang": LANGUAGES[language],
        "typeface": mark_safe(TYPEFACES[language]),
        "dated": _dated(case, made),
        "page_words": page_words(),
        "version": settings.VERSION,
        "zone": settings.TIME_ZONE,
        "notices": notices_of(case),
        "left_out": left_out_of(content),
        "findings": tables.findings_of(content),
        "read_rows": tables.reads_of(content),
        "locked_reads": [row for row in content.reads if row.locked_at],
        "open_reads": [row for row in content.reads if not row.locked_at],
        "form_tables": tables.forms_of(content),
        "missing_forms": missing_forms(content),
        "left_label": tables.side_label("left", affected),
        "right_label": tables.side_label("right", affected),
    }
    severity, plotted, drawing = severity_of(content)
    context |= {"severity": severity, "severity_plot": plotted}
    context["deviations"] = tables.deviations_of(content)
    shown: dict[str, bytes] = {}
    if found:
        rows = pictures.rows_of(found, affected, kept)
        shown = {pictures.picture_url(name): content for name, content in kept.items()}
        context |= {
            "found": found,
            "nerves": [
                (side, tables.side_label(side, affected), found.nerve(side))
                for side in tables.SIDES
            ],
            "measures": tables.measures_of(found, affected),
            "contacts": tables.contacts_of(found, affected),
            "picture_rows": rows,
        }
        if profile := pictures.profile_of(found, affected):
            context["profile"], shown[pictures.PROFILE] = profile
    if plotted:
        shown[plotted.url] = drawing
    return context, shown


def _dated(case: Case, made: Made | None) -> str:
    """The document's own date: when it was asked for, else the newest thing on record."""
    at = made.at if made else case.as_of
    return at.astimezone(timezone.get_current_timezone()).isoformat("T", "seconds") if at else ""


def page_words() -> tuple[str, str, str]:
    """What stands before, between and after the two numbers of `Page x of y`."""
    before, _page, rest = _("Page {page} of {pages}").partition("{page}")
    between, _pages, after = rest.partition("{pages}")
    return before, between, after


def notices_of(case: Case) -> list[str]:
    """What a reader must know before anything else."""
    content, said = case.content, []
    if content.data_refused:
        said.append(
            _(
                "The participant left the study and does not let the data stay: what was found out "
                "about the participant is left out of this document."
            )
        )
    elif content.images_refused:
        said.append(
            _(
                "The participant left the study; the data up to then may stay, the images may not: "
                "what came of them is left out of this document."
            )
        )
    elif content.left:
        said.append(_("The participant left the study; the data up to then may stay."))
    if content.screen_failed:
        said.append(_("The screening failed: this person did not enter the study."))
    if any(not signature.valid for signature in case.signatures):
        said.append(_("The content was changed after it was signed: a signature is not valid."))
    if not case.signatures and case.state != State.SCREEN_FAILED:
        said.append(_("This case is not signed yet."))
    return said


def left_out_of(content: Content) -> dict[str, str]:
    """What stands in place of the data and of what came of the images, where they may not stay."""
    if content.data_refused:
        sentence = _("Left out: the participant does not let the data stay.")
        return {"data": sentence, "images": sentence}
    if content.images_refused:
        return {"images": _("Left out: the participant does not let the images stay.")}
    return {}


def missing_forms(content: Content) -> list[str]:
    """Forms of planned visits that nobody has entered."""
    there = {(row.form, row.visit) for row in content.forms}
    planned = {visit.key for visit in content.visits}
    return [
        f"{FORMS[key].title} ({plan.label})"
        for plan in current().visits
        if plan.key in planned and not content.data_refused
        for key in plan.forms
        if (key, plan.key) not in there
    ]
