"""Every URL of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from reports.views import jobs, worklist
from studysite.core import views as core

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", core.sign_in, name="login"),
    path("accounts/logout/", core.sign_out, name="logout"),
    path("i18n/setlang/", core.set_language, name="set_language"),
    path("api/v1/", include("studysite.api")),
    path("", worklist.worklist, name="worklist"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/retry/", jobs.job_retry, name="job_retry"),
    path("", include("enrollment.urls")),
    path("", include("imaging.urls")),
    path("", include("reports.urls")),
]
