"""The pages of the monitor's desk."""

from __future__ import annotations

from django.urls import path

from reports.views import monitoring

app_name = "monitoring"
urlpatterns = [
    path("monitoring/", monitoring.desk, name="desk"),
    path("monitoring/report/", monitoring.report, name="report"),
]
