"""The pages of the reports that are sections of tables."""

from __future__ import annotations

from django.urls import path

from reports.catalog.sheets import SHEETS
from reports.views import sheets

app_name = "sheets"
urlpatterns = [
    *(
        path(f"reports/{key.replace('_', '-')}/", sheets.page_of(each), name=key)
        for key, each in SHEETS.items()
    ),
    *(
        path(f"reports/{key.replace('_', '-')}.pdf", sheets.pdf_of(each), name=f"{key}_pdf")
        for key, each in SHEETS.items()
    ),
]
