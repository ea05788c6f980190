"""Case report forms: one page for all of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enrollment.answers import differences, shown
from enrollment.crfs.definition import Form
from enrollment.definitions import at_visit, captured
from enrollment.entry import AnswersForm
from enrollment.journey import ENDED
from enrollment.models import FormEntry, Participant
from enrollment.models.forms import EntryState
from enrollment.protocol.loader import current
from enrollment.query_marks import FormMarks, marks_of_form
from enrollment.services import way
from enrollment.services.closing import closure_over
from enrollment.services.forms import action_for, save_form
from studysite.core.access import may
from studysite.core.errors import NotThere, StudyError
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.SEE_CLINICAL)
def form(request: StudyRequest, number: str, visit: str, key: str) -> HttpResponse:
    """Read a form, or fill it in."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CLINICAL)
    definition, entry = _form_at(row, visit, key)
    if request.method != "POST":
        return _show(request, row, visit, definition, entry, _answers_form(definition, entry))
    entered = _answers_form(definition, entry, request.POST)
    submit = request.POST.get("act") == "submit"
    if entered.is_valid():
        with entered.refusing():
            save_form(
                by=request.user,
                participant=row,
                form=key,
                visit=visit,
                answers=entered.answers(),
                seen_revision=entered.cleaned_data["seen_revision"],
                submit=submit,
                reason=entered.cleaned_data.get("reason", ""),
                reasons=entered.reasons(),
                remarks=entered.remarks(),
            )
            messages.success(request, _("Submitted.") if submit else _("The draft is saved."))
            if submit:
                return redirect("enrollment:participant", row.number)
            return redirect("enrollment:form", row.number, visit, key)
    if entered.refusal and entered.refusal.code == "changed_meanwhile":
        return _show_both(request, row, visit, definition, entered.refusal)
    return _show(request, row, visit, definition, entry, entered)


@require_safe
@page(Action.SEE_CLINICAL)
def form_history(request: StudyRequest, number: str, visit: str, key: str) -> HttpResponse:
    """Every revision of a form, and what each changed."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CLINICAL)
    definition, entry = _form_at(row, visit, key)
    revisions = list(entry.revisions.select_related("by")) if entry else []
    before: dict[str, Any] = {}
    told = []
    for revision in revisions:
        changes = differences(definition, before, revision.answers, revision.reasons)
        told.append((revision, changes))
        before = revision.answers
    context = {
        "participant": row,
        "visit": current().visit(visit),
        "definition": definition,
        "revisions": told[::-1],
    }
    return render(request, "enrollment/form_history.html", context)


def _form_at(row: Participant, visit: str, key: str) -> tuple[Form, FormEntry | None]:
    """The form of a visit that is on the participant's calendar."""
    definition, plan = at_visit(key, visit), current().find_visit(visit)
    planned = plan is not None and key in plan.forms
    if not planned or not row.visits.filter(key=visit).exists():
        raise NotThere(_("This participant has no such form at this visit."))
    entry = row.entries.filter(form=key, visit=visit).select_related("by").first()
    return captured(entry) if entry else definition, entry


def _answers_form(definition: Form, entry: FormEntry | None, data: Any = None) -> AnswersForm:
    return AnswersForm(
        definition,
        data,
        answers=entry.answers if entry else {},
        revision=entry.revision if entry else 0,
        changing=_submitted(entry),
    )


def _submitted(entry: FormEntry | None) -> bool:
    return entry is not None and entry.state == EntryState.SUBMITTED


def _show_both(
    request: StudyRequest, row: Participant, visit: str, definition: Form, refusal: StudyError
) -> HttpResponse:
    """Somebody saved meanwhile: what is saved beside what was entered, which is kept. Saving again
    now says that both were seen."""
    _definition, entry = _form_at(row, visit, definition.key)
    data = request.POST.copy()
    data["seen_revision"] = str(entry.revision if entry else 0)
    again = _answers_form(definition, entry, data)
    again.is_valid()
    changed = differences(definition, entry.answers if entry else {}, again.answers())
    again.refuse(refusal)
    return _show(request, row, visit, definition, entry, again, changed=changed)


def _marks(
    request: StudyRequest, row: Participant, visit: str, definition: Form
) -> FormMarks | None:
    """The queries of the form, for whoever may see any."""
    if not may(request.user, Action.SEE_QUERIES, row.site):
        return None
    items = [item.name for item in definition.items]
    return marks_of_form(request.user, row, visit, definition.key, items)


def _show(
    request: StudyRequest,
    row: Participant,
    visit: str,
    definition: Form,
    entry: FormEntry | None,
    answers_form: AnswersForm,
    **more: Any,
) -> HttpResponse:
    closure = closure_over(row, visit=visit)
    editable = (
        row.state not in ENDED
        and closure is None
        and may(request.user, action_for(definition.key), row.site)
    )
    context = {
        "participant": row,
        "visit": current().visit(visit),
        "calendar": row.visits.get(key=visit),
        "definition": definition,
        "entry": entry,
        "form": answers_form,
        "submitted": _submitted(entry),
        "editable": editable,
        "closure": closure,
        "answers": shown(definition, entry.answers if entry else {}),
        "marks": _marks(request, row, visit, definition),
        **more,
    }
    return render(request, "enrollment/form.html", context, status=answers_form.status)
