"""Services that write documents of what is there, and no data: for `test_closed_scope.py`."""

from __future__ import annotations

DOCUMENTS = {
    "reports.services.kept.ask_outcomes": "a document of what is there",
    "reports.services.kept.ask_report": "a document of what is there",
    "reports.services.kept.open_outcomes": "a look",
    "reports.services.kept.open_report": "a look",
    "reports.services.sheets.make_sheet": "a document of what is there",
}
