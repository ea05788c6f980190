"""The monitoring report: made on the spot, and that it was made is kept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reports.catalog import monitoring_report
from reports.catalog.case_summary import LANGUAGES
from reports.monitoring import desk_of
from reports.pdf import Pdf
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Invalid
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


@service(Action.SEE_MONITORING)
def make_monitoring_report(*, by: User, language: str) -> Pdf:
    """A monitor's desk as it is now, as a PDF."""
    require(by, Action.SEE_MONITORING)
    if language not in LANGUAGES:
        raise Invalid(_("A report is in English or in Chinese."), field="language")
    pdf = monitoring_report.render(desk_of(by), language=language, by=str(by))
    about("", said("Monitoring report made"))
    return pdf
