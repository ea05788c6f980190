"""The pages of the monitor's desk."""

from __future__ import annotations

from django.urls import path

from reports.catalog import monitoring_report
from reports.catalog.sheets import SHEETS
from reports.views import monitoring, sheets

app_name = "monitoring"
urlpatterns = [
    path("monitoring/", monitoring.desk, name="desk"),
    path("monitoring/report/", sheets.pdf_of(SHEETS[monitoring_report.KEY]), name="report"),
]
