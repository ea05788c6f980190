"""Into an arm, and out of the study."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.overview import screening_data
from enrollment.protocol.loader import current
from enrollment.services import enrolment, way
from enrollment.webforms import EnrolForm, LeavingForm
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.ENROL)
def enrol(request: StudyRequest, number: str) -> HttpResponse:
    """Put an eligible participant into an arm."""
    row = way.find(by=request.user, number=number, action=Action.ENROL)
    way.require_open(row)
    form = EnrolForm(request.POST or None, protocol=current())
    if form.is_valid():
        data = form.cleaned_data
        with form.refusing():
            chosen = {name: data[name] for name in ("arm", "reason") if name in data}
            enrolment.enrol(by=request.user, participant=row, **chosen)
            messages.success(request, _("%(number)s is enrolled.") % {"number": row.number})
            return redirect("enrollment:participant", row.number)
    context = {
        "form": form,
        "participant": row,
        "screening": screening_data(row),
        "randomised": current().allocation.randomised,
    }
    return render(request, "enrollment/enrol.html", context, status=form.status)


@page(Action.WITHDRAW)
def leave(request: StudyRequest, number: str) -> HttpResponse:
    """End a participant's part in the study."""
    row = way.find(by=request.user, number=number, action=Action.WITHDRAW)
    way.require_open(row)
    form = LeavingForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            enrolment.withdraw(by=request.user, participant=row, **form.leaving)
            messages.success(request, _("%(number)s has left the study.") % {"number": row.number})
            return redirect("enrollment:participant", row.number)
    context = {"form": form, "participant": row, "screening": screening_data(row)}
    return render(request, "enrollment/leave.html", context, status=form.status)
