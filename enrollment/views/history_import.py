"""Answers from before: a sheet is checked row by row, and taken in whole or not at all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from enrollment.history_forms import SheetForm
from enrollment.services.history import Checked, SheetRefused, check_sheet, import_sheet
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@require_http_methods(["GET", "HEAD", "POST"])
@page(Action.IMPORT_FORMS)
def history(request: StudyRequest) -> HttpResponse:
    """Check a sheet, or take it in. What was checked is sent along, so that it is the same."""
    if request.method != "POST":
        context = {"form": SheetForm(), "room": "enrollment"}
        return render(request, "enrollment/history_import.html", context)
    form, checked = SheetForm(request.POST, request.FILES), None
    if form.is_valid():
        with form.refusing():
            if "check" not in request.POST:
                return _take_in(request, form)
            checked = check_sheet(by=request.user, **form.sheet())
    context = {
        "form": form,
        "checked": checked,
        "problems": _problems(form, checked),
        "room": "enrollment",
    }
    if checked and not checked.problems:
        context["form"] = form.again()
    return render(request, "enrollment/history_import.html", context, status=form.status)


def _take_in(request: StudyRequest, form: SheetForm) -> HttpResponse:
    count = import_sheet(by=request.user, **form.sheet())
    sentence = ngettext("%(count)d row was taken in.", "%(count)d rows were taken in.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("history:import")


def _problems(form: SheetForm, checked: Checked | None) -> list[object]:
    if isinstance(form.refusal, SheetRefused):
        return list(form.refusal.problems)
    return list(checked.problems) if checked else []
