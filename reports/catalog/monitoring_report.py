"""The monitoring report: a monitor's desk at one moment, as a document to file after a visit."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from enrollment.protocol.loader import current
from reports.catalog.case_summary import LANGUAGES, TYPEFACES, page_words
from reports.checkpoint import attached
from reports.monitoring import Desk
from reports.pdf import Pdf, to_pdf

TEMPLATE = "reports/monitoring_report.html"


def render(desk: Desk, *, language: str, by: str) -> Pdf:
    """The PDF in one of LANGUAGES, for the person who asked for it."""
    html = page_of(desk, language=language, by=by)
    html, pictures = attached(html, {})
    return to_pdf(html, pictures, identifier=hashlib.sha256(html.encode()).hexdigest())


def page_of(desk: Desk, *, language: str, by: str) -> str:
    """The document as HTML."""
    with translation.override(language):
        return render_to_string(
            TEMPLATE,
            {
                "desk": desk,
                "by": by,
                "protocol": current(),
                "plan": current().verification,
                "lang": LANGUAGES[language],
                "typeface": mark_safe(TYPEFACES[language]),
                "dated": _dated(desk.at),
                "page_words": page_words(),
                "version": settings.VERSION,
                "zone": settings.TIME_ZONE,
            },
        )


def _dated(at: datetime) -> str:
    return at.astimezone(timezone.get_current_timezone()).isoformat("T", "seconds")
