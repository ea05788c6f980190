"""The readers' desk: what waits for readers, how they do, and what they are trained with."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from imaging.services.training import find_reader, waive_training
from imaging.services.training_set import make_training_set
from reports.readers import readers_desk
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action
from studysite.core.webforms import ReasonField, StudyForm


class WaiverForm(StudyForm):
    """Why a reader needs no training here."""

    reader = forms.CharField(max_length=150, widget=forms.HiddenInput)
    reason = ReasonField(label=gettext_lazy("Why this reader needs no training here"))


@require_safe
@page(Action.SEE_READS)
def readers(request: StudyRequest) -> HttpResponse:
    """Every reader of the person's sites."""
    return _show(request, StudyForm({}))


@require_POST
@page(Action.MANAGE_READERS)
def make_training(request: StudyRequest) -> HttpResponse:
    """Have the training cases made that the protocol wants."""
    form = StudyForm({})
    with form.refusing():
        made = len(make_training_set(by=request.user))
        sentence = ngettext(
            "%(count)d training case is being made.",
            "%(count)d training cases are being made.",
            made,
        )
        messages.success(request, sentence % {"count": made})
        return redirect("readers:desk")
    return _show(request, form)


@page(Action.MANAGE_READERS)
def waive(request: StudyRequest, username: str) -> HttpResponse:
    """Let a reader who was trained elsewhere read."""
    reader = find_reader(by=request.user, username=username)
    form = WaiverForm(request.POST or None, initial={"reader": username})
    if form.is_valid():
        with form.refusing():
            waive_training(by=request.user, reader=reader, reason=form.cleaned_data["reason"])
            told = _("%(name)s may read the cases of the study now.")
            messages.success(request, told % {"name": reader.printed_name or reader.username})
            return redirect("readers:desk")
    context = {"room": "monitoring", "reader": reader, "form": form}
    return render(request, "reports/waive_training.html", context, status=form.status)


def _show(request: StudyRequest, form: StudyForm) -> HttpResponse:
    if form.refusal:
        messages.error(request, str(form.refusal))
    context = {"room": "readers", "desk": readers_desk(request.user)}
    status = form.status if form.refusal else 200
    return render(request, "reports/readers.html", context, status=status)
