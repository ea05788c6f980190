"""Case report forms: one page for all of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enrollment.answers import differences
from enrollment.crfs.checking import completed
from enrollment.crfs.definition import Form
from enrollment.definitions import at_visit
from enrollment.entry import KEEP, AnswersForm
from enrollment.form_page import Opened, groups_shown, open_form, remarks_of
from enrollment.query_marks import FormMarks, marks_of_form
from enrollment.services import way
from enrollment.services.closing import closure_over
from enrollment.services.drafts import move_to_version, undo_draft
from enrollment.services.forms import action_for, save_form
from studysite.core.access import may
from studysite.core.errors import StudyError
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action
from studysite.core.webforms import StudyForm


@page(Action.SEE_CLINICAL)
def form(
    request: StudyRequest, number: str, key: str, visit: str = "log", repeat: int = 1
) -> HttpResponse:
    """Read a form, or fill it in."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CLINICAL)
    opened = open_form(row, key, visit, repeat)
    if request.method != "POST":
        return _show(request, opened, opened.form())
    act = request.POST.get("act", "")
    if act in {"undo", "move"}:
        return _change_whole(request, opened, act)
    entered = opened.form(_chosen(request.POST, opened))
    if entered.is_valid():
        with entered.refusing():
            entry = save_form(
                by=request.user,
                participant=row,
                form=key,
                visit=visit,
                answers=entered.answers(),
                seen_revision=entered.cleaned_data["seen_revision"],
                submit=act == "submit",
                reason=entered.cleaned_data.get("reason", ""),
                reasons=entered.reasons(),
                remarks=entered.remarks(),
                repeat=repeat,
            )
            if act == "autosave":
                return _saved(request, opened.definition, entry.revision, entered)
            return _done(request, opened, submitted=act == "submit")
    if act == "autosave":
        return _not_saved(request, entered)
    if entered.refusal and entered.refusal.code == "changed_meanwhile":
        return _show_both(request, opened, entered.refusal)
    return _show(request, opened, entered)


@require_safe
@page(Action.SEE_CLINICAL)
def form_history(
    request: StudyRequest, number: str, key: str, visit: str = "log", repeat: int = 1
) -> HttpResponse:
    """Every revision of a form, and what each changed."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CLINICAL)
    opened = open_form(row, key, visit, repeat)
    revisions = list(opened.entry.revisions.select_related("by")) if opened.entry else []
    before: dict[str, Any] = {}
    told = []
    for revision in revisions:
        definition = opened.version(revision.form_version)
        changes = differences(definition, before, revision.answers, revision.reasons)
        told.append((revision, changes, remarks_of(definition, revision.remarks)))
        before = revision.answers
    context = {"opened": opened, "participant": row, "revisions": told[::-1]}
    return render(request, "enrollment/form_history.html", context)


def _chosen(data: QueryDict, opened: Opened) -> QueryDict:
    """What was sent, with the saved answer wherever the person chose that one."""
    kept = [name.removeprefix(KEEP) for name in data if name.startswith(KEEP)]
    saved = opened.entry.answers if opened.entry else {}
    chosen = data.copy()
    for name in kept:
        if data[f"{KEEP}{name}"] == "saved":
            answer = saved.get(name, "")
            chosen.setlist(name, answer if isinstance(answer, list) else [str(answer)])
    return chosen


def _done(request: StudyRequest, opened: Opened, *, submitted: bool) -> HttpResponse:
    messages.success(request, _("Submitted.") if submitted else _("The draft is saved."))
    if submitted:
        return redirect("enrollment:participant", opened.participant.number)
    return redirect(opened.url)


def _saved(
    request: StudyRequest, definition: Form, revision: int, entered: AnswersForm
) -> HttpResponse:
    """What a page needs to know of a draft that was saved by itself."""
    given = completed(definition, entered.answers(), entered.record)
    context = {"revision": revision, "groups": groups_shown(definition, given)}
    return render(request, "enrollment/_form_saved.html", context)


def _not_saved(request: StudyRequest, entered: AnswersForm) -> HttpResponse:
    """A half-written answer is no news; a change by somebody else is, and so is a closed record."""
    refusal = entered.refusal
    sentence = str(refusal) if refusal and refusal.field is None else ""
    context = {"sentence": sentence, "errors": entered.errors}
    return render(request, "enrollment/_form_not_saved.html", context, status=200)


def _change_whole(request: StudyRequest, opened: Opened, act: str) -> HttpResponse:
    """Take a draft back one save, or the form over to the version in force."""
    asked = StudyForm({})
    seen = request.POST.get("seen_revision", "")
    if opened.entry and seen.isdecimal() and len(seen) < 10:
        with asked.refusing():
            if act == "undo":
                undo_draft(by=request.user, entry=opened.entry, seen_revision=int(seen))
                messages.success(request, _("The last save is taken back."))
            else:
                move_to_version(
                    by=request.user,
                    entry=opened.entry,
                    seen_revision=int(seen),
                    reason=request.POST.get("reason", ""),
                )
                messages.success(request, _("The form is in the version in force."))
            return redirect(opened.url)
    sentence = str(asked.refusal) if asked.refusal else _("Nothing is saved that could be changed.")
    messages.error(request, sentence)
    return _show(request, opened, opened.form(), status=asked.status)


def _show_both(request: StudyRequest, opened: Opened, refusal: StudyError) -> HttpResponse:
    """Somebody saved meanwhile: what is saved beside what was entered, and a choice for each.
    Saving again now says that both were seen."""
    opened = open_form(opened.participant, opened.definition.key, opened.visit_key, opened.repeat)
    data = request.POST.copy()
    data["seen_revision"] = str(opened.entry.revision if opened.entry else 0)
    again = opened.form(data)
    again.is_valid()
    saved = opened.entry.answers if opened.entry else {}
    mine = completed(opened.definition, again.answers(), again.record)
    computed = {item.name for item in opened.definition.items if item.computed}
    changed = [
        line for line in differences(opened.definition, saved, mine) if line.name not in computed
    ]
    again.refuse(refusal)
    return _show(request, opened, again, changed=changed)


def _marks(request: StudyRequest, opened: Opened) -> FormMarks | None:
    """The queries of the form, for whoever may see any."""
    row, definition = opened.participant, opened.definition
    if not may(request.user, Action.SEE_QUERIES, row.site):
        return None
    items = [item.name for item in definition.items]
    visit, repeat = opened.visit_key, opened.repeat
    return marks_of_form(request.user, row, visit, definition.key, items, repeat)


def _show(
    request: StudyRequest,
    opened: Opened,
    answers_form: AnswersForm,
    *,
    status: int | None = None,
    **more: Any,
) -> HttpResponse:
    row, key = opened.participant, opened.definition.key
    allowed = may(request.user, action_for(key), row.site)
    newest = at_visit(key, opened.visit_key)
    context = {
        "opened": opened,
        "participant": row,
        "definition": opened.definition,
        "entry": opened.entry,
        "form": answers_form,
        "submitted": opened.submitted,
        "editable": opened.is_open and allowed,
        "shown": groups_shown(opened.definition, opened.answers),
        "remarks": remarks_of(opened.definition, opened.entry.remarks if opened.entry else []),
        "closure": closure_over(row, visit=opened.visit_key),
        "marks": _marks(request, opened),
        "newest": newest if newest.version != opened.definition.version else None,
        "changes_url": reverse("enrollment:form_changes", args=[key, newest.version]),
        **more,
    }
    status = answers_form.status if status is None else status
    return render(request, "enrollment/form.html", context, status=status)
