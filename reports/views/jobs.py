"""The jobs of a person's sites: how far, why failed, again."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from reports.services import jobs as service
from reports.webforms import JobFilterForm
from studysite.core.gate import StudyRequest, page
from studysite.core.models import Job
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action

ROWS_A_PAGE = 50
TITLES = {
    "intake": gettext_lazy("Take in a scan"),
    "measure": gettext_lazy("Measure both nerves"),
    "suggest": gettext_lazy("Suggest end points"),
    "send": gettext_lazy("Send a scan to an archive"),
    "case_summary": gettext_lazy("Make a case summary"),
    "export": gettext_lazy("Make an export"),
    "outcomes": gettext_lazy("Compute the outcomes"),
    "report": gettext_lazy("Make a report"),
}


@require_safe
@page(Action.SEE_JOBS)
def jobs(request: StudyRequest) -> HttpResponse:
    """Every job, newest first; one state of them where asked for."""
    rows, filters = service.visible_jobs(by=request.user), JobFilterForm(request.GET)
    state = filters.cleaned_data["state"] if filters.is_valid() else ""
    if state:
        rows = rows.filter(state=state)
    page_obj = LongPaginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page_obj,
        "lines": [(job, title_of(job)) for job in page_obj],
        "filters": filters,
        "narrowed": bool(state),
    }
    return render(request, "reports/jobs.html", context)


@require_safe
@page(Action.SEE_JOBS)
def job(request: StudyRequest, pk: UUID) -> HttpResponse:
    """One job: a part of a page that asks for it, or a page of its own."""
    row = service.find_job(by=request.user, pk=pk)
    context = {"job": row, "title": title_of(row), "room": "jobs"}
    return render(request, "_job.html" if request.htmx else "reports/job.html", context)


@require_POST
@page(Action.RETRY_JOB)
def job_retry(request: StudyRequest, pk: UUID) -> HttpResponse:
    """Have a failed job done again."""
    row = service.find_job(by=request.user, pk=pk)
    service.retry_job(by=request.user, job=row)
    return redirect("jobs")


def title_of(row: Job) -> str:
    """What a job does, in words."""
    return str(TITLES.get(row.kind, _("Work")))
