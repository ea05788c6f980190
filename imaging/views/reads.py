"""Blinded cases, each under its reading id. Nothing here says whose they are, where or when."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.answers import shown
from enrollment.definitions import in_use
from enrollment.entry import AnswersForm
from imaging.services import cases as blinded
from imaging.services import results
from imaging.services.cases import Case
from imaging.services.reading import READ
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


class ReadForm(AnswersForm):
    """A read, which cannot be changed once it is locked."""

    confirm = forms.BooleanField(
        label=gettext_lazy("These are my answers. I know that they cannot be changed afterwards.")
    )


@page(Action.READ_CASE)
def cases(request: StudyRequest) -> HttpResponse:
    """A reader's worklist."""
    found = blinded.cases_of(by=request.user)
    return render(request, "imaging/cases.html", {"room": "cases", "cases": found})


@page(Action.READ_CASE)
def case(request: StudyRequest, reading_id: str) -> HttpResponse:
    """One case: its pictures, and the read until it is locked."""
    found = blinded.find_case(by=request.user, reading_id=reading_id)
    if found.locked_at:
        if request.method == "POST":
            messages.error(
                request, _("This read was locked before; what was sent now is not kept.")
            )
        return _show(request, found, None)
    form = ReadForm(in_use(READ), request.POST or None, answers={}, revision=0, changing=False)
    if request.method == "POST" and form.is_valid():
        with form.refusing():
            blinded.lock_case(by=request.user, case=found, answers=form.answers())
            messages.success(request, _("Locked. Your answers are kept as you gave them."))
            return redirect("imaging:case", reading_id)
    if request.method == "GET":
        blinded.open_case(by=request.user, case=found)
    return _show(request, found, form)


def _show(request: StudyRequest, found: Case, form: ReadForm | None) -> HttpResponse:
    names = results.names_for(found.techniques)
    context = {
        "room": "cases",
        "case": found,
        "pictures": results.pictures_of(found.measurement, names),
        "form": form,
        "answers": shown(in_use(READ), found.answers) if found.locked_at else [],
    }
    answer = render(request, "imaging/case.html", context, status=form.status if form else 200)
    answer["Cache-Control"] = "private, no-store"
    return answer
