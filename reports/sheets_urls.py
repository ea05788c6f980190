"""The pages of the reports that are sections of tables."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from reports.catalog.sheets import SHEETS, Report
from reports.views import sheets

app_name = "sheets"


def _of(report: Report) -> Iterator[URLPattern]:
    key, start = report.key, f"reports/{report.key.replace('_', '-')}"
    yield path(f"{start}/", sheets.page_of(report), name=key)
    yield path(f"{start}.pdf", sheets.pdf_of(report), name=f"{key}_pdf")
    yield path(f"{start}/keep/", sheets.make_of(report), name=f"{key}_make")
    yield path(f"{start}/kept/", sheets.kept_of(report), name=f"{key}_kept")
    if report.records is not None:
        yield path(f"{start}/records/", sheets.records_behind(report), name=f"{key}_records")


urlpatterns = [
    *(each for report in SHEETS.values() for each in _of(report)),
    path("reports/kept/<int:pk>/", sheets.kept_file, name="kept_file"),
]
