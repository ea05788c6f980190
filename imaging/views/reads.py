"""Blinded cases, each under its reading id. Nothing here says whose they are, where or when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.answers import differences, shown
from enrollment.crfs.checking import completed
from enrollment.definitions import in_use
from enrollment.entry import AnswersForm
from enrollment.form_page import groups_shown
from imaging.models import KeyImage, TrainingRead
from imaging.services import cases as blinded
from imaging.services import results, training
from imaging.services.answering import READ
from imaging.services.case_list import Case, CaseList
from imaging.services.viewing import parts_for
from imaging.viewer import viewing
from studysite.core.errors import NotPermitted, StudyError
from studysite.core.gate import StudyRequest, page
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action
from studysite.core.webforms import CodeField

PAGE_SIZE = 50


class ReadForm(AnswersForm):
    """A read. `seconds` is how long the browser saw it looked at since it last told."""

    seconds = forms.IntegerField(
        required=False, min_value=0, max_value=86400, widget=forms.HiddenInput
    )

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(
            in_use(READ), data, answers=case.answers, revision=case.row.revision, changing=False
        )
        self.fields["confirm"] = forms.BooleanField(
            label=gettext_lazy(
                "These are my answers. I know that they cannot be changed afterwards."
            )
        )
        if case.training:
            return
        self.fields["password"] = forms.CharField(
            label=gettext_lazy("Your password"),
            strip=False,
            max_length=200,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            help_text=gettext_lazy("Signing takes your password again. Nobody signs for another."),
        )
        self.fields["code"] = CodeField()

    def only_saving(self) -> ReadForm:
        """The same form where nothing is signed yet."""
        for name in ("confirm", "password", "code"):
            self.fields.pop(name, None)
        return self


@page(Action.READ_CASE)
def cases(request: StudyRequest) -> HttpResponse:
    """A reader's worklist."""
    blinded.prepare(by=request.user)
    found = LongPaginator(CaseList(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "room": "cases",
        "page_obj": found,
        "cases": found.object_list,
        "untrained": not training.is_trained(request.user),
        "outstanding": training.outstanding(request.user).count(),
    }
    return render(request, "imaging/cases.html", context)


@page(Action.READ_CASE)
def case(request: StudyRequest, reading_id: str) -> HttpResponse:
    """One case: its pictures, and the read until it is locked."""
    found = blinded.find_case(by=request.user, reading_id=reading_id)
    act = request.POST.get("act", "")
    if found.locked_at:
        if request.method == "POST":
            messages.error(
                request, _("This read was locked before; what was sent now is not kept.")
            )
        return _show(request, found, None)
    if act == "autosave":
        return _autosave(request, found)
    form = ReadForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid() and _locked(request, found, form):
        return redirect("imaging:case", reading_id)
    if form.refusal and form.refusal.code == "changed_meanwhile":
        return _show_both(request, reading_id, form.refusal)
    if request.method == "GET":
        blinded.open_case(by=request.user, case=found)
    return _show(request, found, form)


def _locked(request: StudyRequest, found: Case, form: ReadForm) -> bool:
    given = form.cleaned_data
    try:
        with form.refusing():
            blinded.lock_case(
                by=request.user,
                case=found,
                answers=form.answers(),
                password=given.get("password", ""),
                code=given.get("code", ""),
                seen_revision=given["seen_revision"],
                seconds=given.get("seconds") or 0,
            )
            messages.success(request, _("Locked. Your answers are kept as you gave them."))
            return True
    except NotPermitted as refusal:
        # A wrong password is told at its field; a wrong role has no form to stay on.
        if refusal.field not in {"password", "code"}:
            raise
        form.refuse(refusal)
    return False


def _autosave(request: StudyRequest, found: Case) -> HttpResponse:
    """Keep what is answered so far, and say so; a half-written answer is no news."""
    form = ReadForm(found, request.POST).only_saving()
    if form.is_valid():
        with form.refusing():
            revision = blinded.save_case(
                by=request.user,
                case=found,
                answers=form.answers(),
                seen_revision=form.cleaned_data["seen_revision"],
                seconds=form.cleaned_data.get("seconds") or 0,
            )
            given = completed(form.definition, form.answers(), form.record)
            context = {"revision": revision, "groups": groups_shown(form.definition, given)}
            return render(request, "enrollment/_form_saved.html", context)
    refusal = form.refusal
    sentence = str(refusal) if refusal and refusal.code == "changed_meanwhile" else ""
    context = {"sentence": sentence, "errors": form.errors}
    return render(request, "enrollment/_form_not_saved.html", context)


def _show_both(request: StudyRequest, reading_id: str, refusal: StudyError) -> HttpResponse:
    """Another window saved meanwhile: what it saved beside what was entered here. Locking again
    now says that both were seen."""
    found = blinded.find_case(by=request.user, reading_id=reading_id)
    data = request.POST.copy()
    data["seen_revision"] = str(found.row.revision)
    again = ReadForm(found, data)
    again.is_valid()
    changed = differences(again.definition, found.answers, again.answers())
    again.refuse(refusal)
    return _show(request, found, again, changed=changed)


def _show(request: StudyRequest, found: Case, form: ReadForm | None, **more: Any) -> HttpResponse:
    names = results.names_for(found.techniques)
    row = found.row
    context = {
        "room": "cases",
        "case": found,
        "pictures": results.pictures_of(found.source, names),
        "viewing": viewing(
            parts_for(found.source, found.techniques),
            found.techniques,
            lambda side, name: reverse(
                "imaging:read_part", args=[found.reading_id, f"{side}-{name}"]
            ),
        ),
        "key_images": KeyImage.kept_with(row),
        "form": form,
        "answers": shown(in_use(READ), found.answers) if found.locked_at else [],
        "judged": training.feedback(row)
        if isinstance(row, TrainingRead) and found.locked_at
        else [],
        **more,
    }
    answer = render(request, "imaging/case.html", context, status=form.status if form else 200)
    answer["Cache-Control"] = "private, no-store"
    return answer
