"""Sending a series to an archive, and what came of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from imaging.sending_form import SendForm
from imaging.services import quality
from imaging.services import sending as service
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.SEND_SCANS)
def sending(request: StudyRequest, pk: int) -> HttpResponse:
    """Send a series to an archive; what was sent of it before, which asks for itself while one is
    on its way."""
    row = quality.find_series(by=request.user, pk=pk, action=Action.SEND_SCANS)
    form = SendForm(request.POST or None, series=row)
    if form.is_valid():
        with form.refusing():
            service.send_scan(by=request.user, series=row, **form.chosen)
            return redirect("imaging:sending", pk)
    dispatches = list(service.dispatches_of(row))
    context = {
        "room": "imaging",
        "series": row,
        "form": form,
        "dispatches": dispatches,
        "under_way": any(one.under_way for one in dispatches),
    }
    template = "imaging/_dispatches.html" if request.htmx else "imaging/sending.html"
    return render(request, template, context, status=form.status)


@page(Action.SEND_SCANS)
@require_POST
def again(request: StudyRequest, pk: int) -> HttpResponse:
    """Send what the archive has not taken."""
    row = service.find_dispatch(by=request.user, pk=pk)
    service.send_again(by=request.user, dispatch=row)
    return redirect("imaging:sending", row.series_id)
