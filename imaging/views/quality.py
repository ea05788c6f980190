"""The verdict on a series."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imaging.services import quality
from imaging.views.series import show
from imaging.webforms import QualityForm
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.CHECK_QUALITY)
@require_POST
def check(request: StudyRequest, pk: int) -> HttpResponse:
    """Accept the series, or ask for a repeat; or revise such a verdict."""
    row = quality.find_series(by=request.user, pk=pk, action=Action.CHECK_QUALITY)
    form = QualityForm(request.POST, revising=quality.may_revise(row))
    if form.is_valid():
        with form.refusing():
            quality.check_quality(by=request.user, series=row, **form.verdict)
            messages.success(request, _("The verdict is recorded."))
            return redirect("imaging:series", pk)
    return show(request, row, quality_form=form)
