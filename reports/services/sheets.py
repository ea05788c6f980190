"""The reports that are sections of tables: made on the spot, and that they were made is kept."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports.catalog.case_summary import LANGUAGES
from reports.catalog.sheet_records import Record
from reports.catalog.sheets import SHEETS, document_of, render
from reports.pdf import Pdf
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, NotThere
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import both, said


@service(Action.SEE_PARTICIPANTS)
def make_sheet(*, by: User, key: str, language: str) -> Pdf:
    """A report as it is now, as a PDF."""
    if key not in SHEETS:
        raise NotThere(_("There is no such report."))
    report = SHEETS[key]
    require(by, report.action)
    if language not in LANGUAGES:
        raise Invalid(_("A report is in English or in Chinese."), field="language")
    pdf = render(report, by, document_of(report, by, timezone.now()), language=language)
    titles = {}
    for each in LANGUAGES:
        with translation.override(each):
            titles[each] = report.title()
    named = both(en=titles["en"], zh=titles["zh-hans"])
    about("", said("Report made: %(report)s", report=named))
    return pdf


def sheet_now(*, by: User, key: str) -> dict[str, Any]:
    """A report as it is now, as plain values."""
    if key not in SHEETS:
        raise NotThere(_("There is no such report."))
    require(by, SHEETS[key].action)
    return document_of(SHEETS[key], by, timezone.now())


def records_of(*, by: User, key: str, cell: str) -> list[Record]:
    """The records that a number of a report counts, as they are now."""
    report = SHEETS.get(key)
    if report is None or report.records is None:
        raise NotThere(_("There is no such report."))
    require(by, report.action)
    found = report.records(by, timezone.now(), cell)
    if found is None:
        raise Invalid(_("There is no such number in the report."), field="cell")
    return found
