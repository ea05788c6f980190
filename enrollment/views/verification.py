"""Source data verification: the page at a form, and how far it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from enrollment.crfs.definition import Form
from enrollment.models import FormEntry, Participant
from enrollment.models.forms import EntryState
from enrollment.places import Place, of_form, of_item, of_visit, visit_label
from enrollment.protocol.loader import current
from enrollment.query_marks import marks_of_form
from enrollment.services import way
from enrollment.services.verification import unverify, verify
from enrollment.verification import Standing, form_of_visit, progress, standings
from enrollment.verification_plan import is_chosen
from enrollment.views.queries import place_url
from studysite.core.access import may
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@require_safe
@page(Action.SEE_VERIFICATION)
def overview(request: StudyRequest) -> HttpResponse:
    """How far verification is, by site and form, and the plan it follows."""
    context = {"rows": progress(request.user), "plan": current().verification}
    return render(request, "enrollment/verification_overview.html", context)


@page(Action.SEE_VERIFICATION)
def verification(request: StudyRequest, number: str, visit: str, key: str) -> HttpResponse:
    """The answers of a form beside what was verified; a key verifies the one in focus."""
    row = way.find(by=request.user, number=number, action=Action.SEE_VERIFICATION)
    definition, entry = form_of_visit(row, visit, key, _repeat(request))
    if request.method == "POST":
        return _act(request, row, visit, definition, entry)
    return _show(request, row, visit, definition, entry)


def _act(
    request: StudyRequest,
    row: Participant,
    visit: str,
    definition: Form,
    entry: FormEntry | None,
) -> HttpResponse:
    """Verify what the button names, or take it back."""
    act, name = request.POST.get("act", ""), request.POST.get("item", "")
    by = request.user
    if act == "undo":
        reason = request.POST.get("reason", "")[:2000]
        place = of_item(visit, definition.key, name, _repeat(request))
        unverify(by=by, participant=row, place=place, reason=reason)
        messages.success(request, _("Taken back."))
        return redirect(request.get_full_path())
    place = _place(act, visit, definition.key, name, _repeat(request))
    seen = request.POST.get("seen_revision", "")
    seen_revision = int(seen) if seen.isdecimal() and len(seen) < 10 and act != "visit" else None
    made = verify(by=by, participant=row, place=place, seen_revision=seen_revision)
    if request.htmx:
        return _row(request, row, definition, entry, visit, name)
    sentence = ngettext("%(count)d answer verified.", "%(count)d answers verified.", len(made))
    messages.success(request, sentence % {"count": len(made)})
    return redirect(request.get_full_path())


def _repeat(request: StudyRequest) -> int:
    """Which of a repeating form's entries the address names; the first, where it names none."""
    asked = request.GET.get("repeat", "1")
    return int(asked) if asked.isdecimal() and len(asked) < 5 else 1


def _place(act: str, visit: str, form: str, name: str, repeat: int) -> Place:
    places = {"item": of_item(visit, form, name, repeat), "form": of_form(visit, form, repeat)}
    places["visit"] = of_visit(visit)
    if act not in places:
        raise NotThere(_("There is no such act."))
    return places[act]


def _row(
    request: StudyRequest,
    row: Participant,
    definition: Form,
    entry: FormEntry | None,
    visit: str,
    name: str,
) -> HttpResponse:
    """One line again, for the page that is there already."""
    shown = standings(definition, entry, row.number)
    line = next((each for each in shown if each.item.name == name), None)
    if line is None:
        raise NotThere(_("This question was not asked."))
    context = {"line": line, **_common(request, row, visit, definition, entry)}
    return render(request, "enrollment/_verification_row.html", context)


def _show(
    request: StudyRequest,
    row: Participant,
    visit: str,
    definition: Form,
    entry: FormEntry | None,
) -> HttpResponse:
    lines = standings(definition, entry, row.number)
    context = {
        "lines": lines,
        "counts": _counts(lines),
        "chosen": is_chosen(current().verification, row.number),
        "plan": current().verification,
        **_common(request, row, visit, definition, entry),
    }
    return render(request, "enrollment/verification.html", context)


def _common(
    request: StudyRequest,
    row: Participant,
    visit: str,
    definition: Form,
    entry: FormEntry | None,
) -> dict[str, Any]:
    submitted = entry is not None and entry.state == EntryState.SUBMITTED
    items = [item.name for item in definition.items]
    return {
        "participant": row,
        "visit_key": visit,
        "visit_label": visit_label(visit),
        "definition": definition,
        "entry": entry,
        "submitted": submitted,
        "may_verify": submitted and may(request.user, Action.VERIFY_SOURCE, row.site),
        "marks": marks_of_form(request.user, row, visit, definition.key, items, _repeat(request)),
        "form_url": place_url(row, of_form(visit, definition.key, _repeat(request))),
    }


def _counts(lines: list[Standing]) -> dict[str, int]:
    states = [line.state for line in lines]
    return {
        "due": sum(line.due for line in lines),
        "verified": sum(line.due and line.state == "verified" for line in lines),
        "undone": states.count("undone"),
    }
