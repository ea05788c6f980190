"""What waits in quarantine, and a person's word on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imaging.models import Held, HeldState
from imaging.services import quarantine
from imaging.services.intake import find_participant
from imaging.webforms import MatchForm, RefuseForm
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action

ROWS_A_PAGE = 50


@page(Action.SEE_SCANS)
def held_list(request: StudyRequest) -> HttpResponse:
    """What waits, oldest first, or what was settled."""
    state = request.GET.get("state", HeldState.WAITING)
    rows = quarantine.held_rows(by=request.user, state=state)
    page_obj = LongPaginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"room": "imaging", "page_obj": page_obj, "state": state, "states": HeldState.choices}
    return render(request, "imaging/held_list.html", context)


@page(Action.SEE_SCANS)
def held(request: StudyRequest, pk: int) -> HttpResponse:
    """One held set of files, and how to settle it."""
    return _show(request, quarantine.find_held(by=request.user, pk=pk))


def _show(
    request: StudyRequest,
    row: Held,
    match_form: MatchForm | None = None,
    refuse_form: RefuseForm | None = None,
) -> HttpResponse:
    context = {
        "room": "imaging",
        "held": row,
        "may_settle": row.state == HeldState.WAITING
        and may(request.user, Action.SETTLE_HELD_SCAN, row.intake.site),
        "match_form": match_form or MatchForm(site=row.intake.site, prefix="match"),
        "refuse_form": refuse_form or RefuseForm(prefix="refuse"),
    }
    bound = match_form or refuse_form
    return render(request, "imaging/held.html", context, status=bound.status if bound else 200)


@page(Action.SETTLE_HELD_SCAN)
@require_POST
def match(request: StudyRequest, pk: int) -> HttpResponse:
    """Vouch for whose scan it is, and send it in again."""
    row = quarantine.find_held(by=request.user, pk=pk, action=Action.SETTLE_HELD_SCAN)
    form = MatchForm(request.POST, site=row.intake.site, prefix="match")
    if form.is_valid():
        number, reason = form.cleaned_data["participant"], form.cleaned_data["reason"]
        with form.refusing():
            whose = find_participant(by=request.user, number=number)
            intake = quarantine.match_held(
                by=request.user, held=row, participant=whose, reason=reason
            )
            return redirect("imaging:arrival", intake.pk)
    return _show(request, row, match_form=form)


@page(Action.SETTLE_HELD_SCAN)
@require_POST
def refuse(request: StudyRequest, pk: int) -> HttpResponse:
    """Refuse it for good."""
    row = quarantine.find_held(by=request.user, pk=pk, action=Action.SETTLE_HELD_SCAN)
    form = RefuseForm(request.POST, prefix="refuse")
    if form.is_valid():
        with form.refusing():
            quarantine.refuse_held(by=request.user, held=row, reason=form.cleaned_data["reason"])
            messages.success(request, _("Refused. The files stay sealed in quarantine."))
            return redirect("imaging:held_list")
    return _show(request, row, refuse_form=form)
