"""The reports that are sections of tables: made on the spot, and that they were made is kept."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports.catalog.case_summary import LANGUAGES
from reports.catalog.sheets import SHEETS, render
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
    pdf = render(report, by, language=language, at=timezone.now())
    titles = {}
    for each in LANGUAGES:
        with translation.override(each):
            titles[each] = report.title()
    named = both(en=titles["en"], zh=titles["zh-hans"])
    about("", said("Report made: %(report)s", report=named))
    return pdf
