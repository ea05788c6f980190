"""Judging the criteria, and deciding."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enrollment.journey import BEFORE_ENROLMENT, State
from enrollment.models import Participant
from enrollment.services import way
from enrollment.services.eligibility import (
    confirm_eligibility,
    criteria_of,
    decision_on,
    fail_screening,
    judge_all,
)
from enrollment.webforms import JudgingForm, ScreenFailureForm
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action
from studysite.core.webforms import StudyForm


@page(Action.SEE_CLINICAL)
def eligibility(request: StudyRequest, number: str) -> HttpResponse:
    """Every criterion with its verdict and evidence; an investigator judges them here."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CLINICAL)
    if request.method != "POST":
        return _show(request, row)
    form = _judging(row, request)
    if form.is_valid():
        with form.refusing():
            kept = judge_all(
                by=request.user,
                participant=row,
                verdicts=form.verdicts(),
                seen=form.cleaned_data["seen"],
            )
            messages.success(request, _("Criteria judged: %(count)d.") % {"count": len(kept)})
            return redirect("enrollment:eligibility", row.number)
    return _show(request, row, judging=form)


@require_POST
@page(Action.CONFIRM_ELIGIBILITY)
def confirm(request: StudyRequest, number: str) -> HttpResponse:
    """Find the participant eligible, if every criterion lets them in."""
    row = way.find(by=request.user, number=number, action=Action.CONFIRM_ELIGIBILITY)
    form = StudyForm({})
    with form.refusing():
        confirm_eligibility(by=request.user, participant=row)
        messages.success(request, _("%(number)s is eligible.") % {"number": row.number})
        return redirect("enrollment:participant", row.number)
    return _show(request, row, confirming=form)


@require_POST
@page(Action.CONFIRM_ELIGIBILITY)
def screen_failure(request: StudyRequest, number: str) -> HttpResponse:
    """End screening."""
    row = way.find(by=request.user, number=number, action=Action.CONFIRM_ELIGIBILITY)
    form = ScreenFailureForm(request.POST)
    if form.is_valid():
        with form.refusing():
            fail_screening(by=request.user, participant=row, **form.cleaned_data)
            messages.success(request, _("The screen failure is recorded."))
            return redirect("enrollment:participant", row.number)
    return _show(request, row, failing=form)


def _judging(row: Participant, request: StudyRequest | None = None) -> JudgingForm:
    data = request.POST if request else None
    return JudgingForm(data, rows=criteria_of(row), seen=_newest(row))


def _newest(row: Participant) -> int:
    return max((judgement.pk for judgement in row.judgements.all()), default=0)


def _show(
    request: StudyRequest,
    row: Participant,
    *,
    judging: JudgingForm | None = None,
    confirming: StudyForm | None = None,
    failing: ScreenFailureForm | None = None,
) -> HttpResponse:
    prefetch_related_objects([row], "judgements__by")
    refused = judging or confirming or failing
    if judging and judging.refusal and judging.refusal.code == "changed_meanwhile":
        judging = judging.seen_again(criteria_of(row), _newest(row))
    deciding = may(request.user, Action.CONFIRM_ELIGIBILITY, row.site)
    context = {
        "participant": row,
        "judging": judging or _judging(row),
        "may_judge": row.state in {State.SCREENED, State.CONSENTED}
        and may(request.user, Action.JUDGE_CRITERIA, row.site),
        "may_confirm": deciding and row.state == State.CONSENTED,
        "may_fail": deciding and row.state in BEFORE_ENROLMENT,
        "decision": decision_on(row),
        "confirming": confirming,
        "failing": failing or ScreenFailureForm(),
    }
    status = refused.status if refused else 200
    return render(request, "enrollment/eligibility.html", context, status=status)
