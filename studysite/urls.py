"""Every URL of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from reports.views import dashboard, jobs, running, worklist
from studysite.core import health
from studysite.core import urls as core

handler404 = "studysite.core.views.language.not_found"

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(core.ACCOUNTS)),
    path("people/", include(core.PEOPLE)),
    path("i18n/", include(core.LANGUAGE)),
    path("api/v1/", include("studysite.api")),
    path("dicomweb/", include("imaging.dicomweb_urls")),
    path("health/alive/", health.alive, name="alive"),
    path("health/ready/", health.ready, name="ready"),
    path("metrics/", running.metrics, name="metrics"),
    path("", worklist.worklist, name="worklist"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/retry/", jobs.job_retry, name="job_retry"),
    path("", include("enrollment.query_urls")),
    path("", include("enrollment.verification_urls")),
    path("", include("enrollment.trail_urls")),
    path("", include("reports.outcomes_urls")),
    path("", include("reports.sheets_urls")),
    path("overview/", dashboard.dashboard, name="dashboard"),
    path("", include("reports.closing_urls")),
    path("", include("reports.monitoring_urls")),
    path("", include("reports.readers_urls")),
    path("", include("reports.exports_urls")),
    path("", include("enrollment.history_urls")),
    path("", include("enrollment.urls")),
    path("", include("imaging.urls")),
    path("", include("reports.urls")),
]
