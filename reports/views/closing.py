"""Freezing, locking and unlocking: of one participant, and of the study."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enrollment.models import Closure, Participant
from enrollment.models.closing import Scope
from enrollment.services import way
from enrollment.services.freezing import freeze, unfreeze
from imaging.services.sessions import reads_to_come
from reports.closing_forms import ClosingForm, DecisionForm, changes_of, study_changes
from reports.closures import find_request, visible, waiting
from reports.services.locking import (
    ask_unlock,
    decide_unlock,
    lock_case,
    lock_study,
    lock_visit,
    take_back_unlock,
)
from studysite.core.access import may, sites_for
from studysite.core.gate import StudyRequest, page
from studysite.core.models import Site, User
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action

PAGE_SIZE = 50
ROWS = ("participant", "by", "reopened_by")


@page(Action.SEE_CLOSURES)
def participant(request: StudyRequest, number: str) -> HttpResponse:
    """What is frozen or locked of a participant, and what may be done about it."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CLOSURES)
    asked = ("requests__by", "requests__decided_by", "requests__closure__participant")
    closures = list(row.closures.select_related(*ROWS).prefetch_related(*asked))
    allowed = may(request.user, Action.LOCK, row.site)
    changes = changes_of(row, closures) if allowed else []
    form = ClosingForm(request.POST or None, changes=changes)
    if request.method == "POST" and form.is_valid():
        with form.refusing():
            messages.success(request, _change(request.user, row, closures, form))
            return redirect("closing:participant", row.number)
    context = {
        "participant": row,
        "closures": closures,
        "requests": [each for one in closures for each in one.requests.all() if not each.granted],
        "may_decide": may(request.user, Action.UNLOCK, row.site),
        "form": form if changes else None,
        "reads_to_come": reads_to_come(row) if changes else 0,
        "room": "enrollment",
    }
    return render(request, "reports/closing.html", context, status=form.status)


@page(Action.SEE_CLOSURES)
def study(request: StudyRequest) -> HttpResponse:
    """What is frozen or locked at the person's sites; who asks for an unlocking."""
    closures = list(Closure.objects.filter(scope=Scope.STUDY).select_related(*ROWS))
    changes = study_changes(closures) if _may_close_study(request.user) else []
    form = ClosingForm(request.POST or None, changes=changes)
    if request.method == "POST" and form.is_valid():
        with form.refusing():
            messages.success(request, _change(request.user, None, closures, form))
            return redirect("closing:study")
    rows = visible(request.user).filter(reopened_at__isnull=True).select_related(*ROWS)
    context = {
        "form": form if changes else None,
        "reads_to_come": reads_to_come() if changes else 0,
        "page_obj": LongPaginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "requests": waiting(request.user).select_related("closure__participant", "by")[:PAGE_SIZE],
        "past": [row for row in closures if row.reopened_at],
        "decision": DecisionForm(auto_id=False),
        "may_decide": may(request.user, Action.UNLOCK),
    }
    return render(request, "reports/closing_study.html", context, status=form.status)


@require_POST
@page(Action.UNLOCK)
def decide(request: StudyRequest, pk: int) -> HttpResponse:
    """Open a lock on somebody else's request, or leave it; or take one's own request back."""
    found = find_request(by=request.user, pk=pk)
    if request.POST.get("act") == "take_back":
        take_back_unlock(by=request.user, request=found)
        messages.success(request, _("Your request is taken back."))
        return redirect(_page_of(found.closure))
    form = DecisionForm(request.POST)
    form.is_valid()
    granted = request.POST.get("act") == "grant"
    decide_unlock(
        by=request.user,
        request=found,
        granted=granted,
        remark=form.cleaned_data.get("remark", ""),
    )
    messages.success(request, _("Unlocked.") if granted else _("It stays locked."))
    return redirect("closing:study")


def _page_of(closure: Closure) -> str:
    if closure.participant is None:
        return reverse("closing:study")
    return reverse("closing:participant", args=[closure.participant.number])


def _may_close_study(user: User) -> bool:
    """Whether the person manages the data of every site there is."""
    return sites_for(user, Action.LOCK).count() == Site.objects.count() > 0


def _change(
    by: User, row: Participant | None, closures: Sequence[Closure], form: ClosingForm
) -> str:
    """Do what was chosen; the sentence that tells it."""
    act, _colon, what = form.cleaned_data["change"].partition(":")
    reason = form.cleaned_data["reason"]
    if act == "freeze":
        freeze(by=by, participant=row, visit=what, reason=reason)
        return _("Frozen.")
    if act == "lock":
        _lock(by, row, what, reason)
        return _("Locked.")
    closure = next(each for each in closures if f"#{each.pk}" == what)
    if act == "unfreeze":
        unfreeze(by=by, closure=closure, reason=reason)
        return _("Unfrozen.")
    ask_unlock(by=by, closure=closure, reason=reason)
    return _("Asked. Another data manager decides.")


def _lock(by: User, row: Participant | None, visit: str, reason: str) -> None:
    if row is None:
        lock_study(by=by, reason=reason)
    elif visit:
        lock_visit(by=by, participant=row, visit=visit, reason=reason)
    else:
        lock_case(by=by, participant=row, reason=reason)
