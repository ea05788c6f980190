"""A new participant."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.services.screening import screen as screen_person
from enrollment.webforms import ScreeningForm
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.SCREEN)
def screen(request: StudyRequest) -> HttpResponse:
    """Screen a person."""
    form = ScreeningForm(request.POST or None, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        with form.refusing():
            row = screen_person(
                by=request.user,
                site=data["site"],
                person=form.person,
                sex=data["sex"],
                affected_side=data["affected_side"],
                onset=data["onset"],
                screened_on=data["screened_on"],
            )
            messages.success(
                request, _("Screened. The subject number is %(number)s.") % {"number": row.number}
            )
            return redirect("enrollment:participant", row.number)
    return render(request, "enrollment/screen.html", {"form": form}, status=form.status)
