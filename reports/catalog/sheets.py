"""The reports that are sections of tables, by key: each is one file beside this one and one
template of the same name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from enrollment.protocol.loader import current
from reports.catalog import data_quality, deviation_list, enrolment_forecast, screening_log
from reports.catalog.case_summary import LANGUAGES, TYPEFACES, page_words
from reports.catalog.sheet import Sheet
from reports.checkpoint import attached
from reports.pdf import Pdf, to_pdf
from studysite.core.models import User
from studysite.core.roles import Action


@dataclass(frozen=True)
class Report:
    """One report: who may see it, what it is called, and how it is filled."""

    key: str
    action: Action
    title: Callable[[], str]
    sheet_of: Callable[[User], Sheet]

    @property
    def route(self) -> str:
        """The name of its page's address."""
        return f"sheets:{self.key}"


SHEETS = {
    each.KEY: Report(each.KEY, each.ACTION, each.title, each.sheet_of)
    for each in (screening_log, enrolment_forecast, deviation_list, data_quality)
}


def render(report: Report, user: User, *, language: str, at: datetime) -> Pdf:
    """The report as it is at a moment, in one of LANGUAGES, for the person who asked."""
    local = at.astimezone(timezone.get_current_timezone())
    with translation.override(language):
        sheet = report.sheet_of(user)
        html, pictures = attached(
            render_to_string(
                f"reports/{report.key}.html",
                {
                    "sheet": sheet,
                    "protocol": current(),
                    "lang": LANGUAGES[language],
                    "typeface": mark_safe(TYPEFACES[language]),
                    "dated": local.isoformat("T", "seconds"),
                    "as_of": f"{local:%H:%M}",
                    "as_of_day": f"{local:%Y-%m-%d}",
                    "by": str(user),
                    "digest": "",
                    "page_words": page_words(),
                    "version": settings.VERSION,
                    "zone": settings.TIME_ZONE,
                },
            ),
            sheet.pictures,
        )
    return to_pdf(html, pictures, identifier=hashlib.sha256(html.encode()).hexdigest())
