"""The reports that are sections of tables, by key: each is one file beside this one and one
template of the same name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from enrollment.protocol.loader import current
from reports.catalog import (
    data_quality,
    deviation_list,
    enrolment_forecast,
    monitoring_report,
    screening_log,
)
from reports.catalog.case_summary import LANGUAGES, TYPEFACES, page_words
from reports.catalog.sheet import Sheet
from reports.catalog.sheet_records import Record
from reports.checkpoint import attached, named
from reports.pdf import Embedded, Pdf, to_pdf
from studysite.core.models import User
from studysite.core.roles import Action

SCHEMA = "report/1"


@dataclass(frozen=True)
class Report:
    """One report: who may see it, what it is called, and how it is filled as of a moment."""

    key: str
    action: Action
    title: Callable[[], str]
    sheet_of: Callable[[User, datetime], Sheet]
    records: Callable[[User, datetime, str], list[Record] | None] | None = None

    @property
    def route(self) -> str:
        """The name of its page's address."""
        return f"sheets:{self.key}"


SHEETS = {
    each.KEY: Report(
        each.KEY, each.ACTION, each.title, each.sheet_of, getattr(each, "records", None)
    )
    for each in (monitoring_report, screening_log, enrolment_forecast, deviation_list, data_quality)
}


def document_of(report: Report, user: User, at: datetime) -> dict[str, Any]:
    """What the report says, in English whatever the reader's language, with the digest of that:
    the data that a paper in any language rests on."""
    with translation.override("en"):
        data = report.sheet_of(user, at).plain
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {
        "schema": SCHEMA,
        "report": report.key,
        "as_of": at.isoformat(),
        "study": {"registry_id": current().registry_id, "protocol_version": current().version},
        "software": {"name": "studysite", "version": settings.VERSION},
        "data": data | {"sha256": hashlib.sha256(text.encode()).hexdigest()},
        "checkpoint": named(),
    }


def render(report: Report, user: User, document: dict[str, Any], *, language: str) -> Pdf:
    """The report as it is at the document's moment, in one of LANGUAGES, for the person who asked.
    The same data, moment, person, language and checkpoint: the same bytes."""
    local = datetime.fromisoformat(document["as_of"]).astimezone(timezone.get_current_timezone())
    with translation.override(language):
        sheet = report.sheet_of(user, local)
        html, pictures = attached(
            render_to_string(
                f"reports/{report.key}.html",
                {
                    "sheet": sheet,
                    "protocol": current(),
                    "lang": LANGUAGES[language],
                    "typeface": mark_safe(TYPEFACES[language]),
                    "dated": local.isoformat("T", "seconds"),
                    "as_of": f"{local:%Y-%m-%d %H:%M}",
                    "as_of_day": f"{local:%Y-%m-%d}",
                    "as_of_time": f"{local:%H:%M}",
                    "by": str(user),
                    "digest": document["data"]["sha256"],
                    "page_words": page_words(),
                    "version": settings.VERSION,
                    "zone": settings.TIME_ZONE,
                },
            ),
            sheet.pictures,
        )
    return to_pdf(
        html,
        pictures,
        identifier=hashlib.sha256(html.encode()).hexdigest(),
        embedded=[Embedded("report.json", as_json(document), f"The data, {SCHEMA}")],
    )


def as_json(document: dict[str, Any]) -> bytes:
    """The document as it is kept: sorted, so that the same document has the same bytes."""
    return f"{json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1)}\n".encode()
