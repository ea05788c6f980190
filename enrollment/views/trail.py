"""The audit trail's pages: review, export, checkpoint, and the history of one value."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from enrollment import trail
from enrollment.answers import show
from enrollment.definitions import captured
from enrollment.services import way
from enrollment.services.trail import export_trail, record_review, reviews
from studysite.core.act_words import word_for, writer_for
from studysite.core.audit import checkpoints, sealing
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action
from studysite.core.webforms import DayField

RECENT_REVIEWS = 5


class TrailFilter(forms.Form):
    """What the trail is narrowed by."""

    subject = forms.CharField(label=gettext_lazy("Number"), required=False, max_length=32)
    form = forms.CharField(label=gettext_lazy("Form"), required=False, max_length=32)
    item = forms.RegexField(r"^\w+$", label=gettext_lazy("Item"), required=False, max_length=64)
    person = forms.CharField(label=gettext_lazy("User name"), required=False, max_length=150)
    action = forms.CharField(label=gettext_lazy("Action"), required=False, max_length=40)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)
    before = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)

    def asked(self) -> trail.Asked:
        """The filter that was entered; a field that is wrong narrows nothing and says so."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        given.pop("before", None)
        return trail.Asked(**given)


@require_safe
@page(Action.SEE_HISTORY)
def review(request: StudyRequest) -> HttpResponse:
    """Every change at the person's sites, narrowed."""
    entered = TrailFilter(request.GET)
    entered.is_valid()
    asked = entered.asked()
    found, following = trail.page(
        trail.events(request.user, asked), entered.cleaned_data.get("before")
    )
    context = {
        "filters": entered,
        "narrowed": asked != trail.Asked(),
        "lines": [_told(line) for line in trail.lines(found)],
        "following": following,
        "checkpoint": sealing.newest(),
        "reviews": reviews(request.user)[:RECENT_REVIEWS],
    }
    return render(
        request, "enrollment/trail.html", context, status=200 if entered.is_valid() else 422
    )


@require_POST
@page(Action.REVIEW_AUDIT)
def reviewed(request: StudyRequest) -> HttpResponse:
    """Put on record that this was reviewed."""
    record_review(
        by=request.user, asked=_asked(request), remark=request.POST.get("remark", "")[:200]
    )
    messages.success(request, _("The review is on record."))
    return redirect("trail:review")


@require_POST
@page(Action.REVIEW_AUDIT)
def export(request: StudyRequest) -> StreamingHttpResponse:
    """The events that fit, as a CSV file."""
    content = export_trail(by=request.user, asked=_asked(request))
    answer = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
    return answer


@require_safe
@page(Action.SEE_HISTORY)
def checkpoint(request: StudyRequest) -> HttpResponse:
    """The newest checkpoint as a file to keep."""
    point = sealing.newest()
    if point is None:
        raise NotThere(_("Nothing has been sealed yet."))
    answer = HttpResponse(point.as_text(), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{checkpoints.file_name(point)}"'
    return answer


@require_safe
@page(Action.SEE_HISTORY)
def value(request: StudyRequest, number: str, pk: int, item: str) -> HttpResponse:
    """Who changed one answer, when, why, from what, to what."""
    row = way.find(by=request.user, number=number, action=Action.SEE_HISTORY)
    entry = row.entries.filter(pk=pk).first()
    definition = captured(entry) if entry else None
    asked = {each.name: each for each in definition.items} if definition else {}
    if entry is None or item not in asked:
        raise NotThere(_("This participant has no such form at this visit."))
    reasons = dict(entry.revisions.values_list("number", "reasons"))
    told = [
        _told(line)
        | {
            "before": show(asked[item], change.before),
            "after": show(asked[item], change.after),
            "reason": reasons.get(line.revision, {}).get(item) or line.event.reason,
        }
        for line in trail.value_history(entry, item)
        for change in line.changes
    ]
    context = {"participant": row, "definition": definition, "item": asked[item], "lines": told}
    return render(request, "enrollment/value_history.html", context | {"entry": entry})


def _asked(request: StudyRequest) -> trail.Asked:
    entered = TrailFilter(request.POST)
    entered.is_valid()
    return entered.asked()


def _told(line: trail.Line) -> dict[str, Any]:
    return {
        "event": line.event,
        "who": writer_for(line.who),
        "changes": line.changes,
        "action": word_for(line.event.action),
    }
