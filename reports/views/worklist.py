"""What is mine to do now, over all apps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from enrollment import query_worklist as queries
from enrollment import worklist as enrolment
from imaging import worklist as imaging
from reports import worklist as cases
from studysite.core.gate import StudyRequest, page
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.worklist import AT_MOST, WorkItem


@dataclass(frozen=True)
class Waiting:
    """An item and how long it waits, in words."""

    item: WorkItem
    age: str


@dataclass(frozen=True)
class Group:
    """Items of one kind, the overdue and the oldest first."""

    title: str
    waiting: list[Waiting]

    @property
    def cut(self) -> int:
        """How many are shown where there may be more."""
        return AT_MOST if len(self.waiting) >= AT_MOST else 0

    @property
    def overdue(self) -> int:
        """How many of them are late."""
        return sum(row.item.overdue for row in self.waiting)


@require_safe
@page(Action.SEE_WORKLIST)
def worklist(request: StudyRequest) -> HttpResponse:
    """A person's work, grouped by kind."""
    groups = _groups(request.user)
    context = {
        "groups": groups,
        "count": sum(len(group.waiting) for group in groups),
        "overdue": sum(group.overdue for group in groups),
        "ready": cases.ready(request.user),
    }
    return render(request, "reports/worklist.html", context)


def _items(user: User) -> list[WorkItem]:
    finders = (enrolment, queries, imaging, cases)
    return [item for finder in finders for item in finder.items(user)]


def _groups(user: User) -> list[Group]:
    """The kinds with late items first, then by their oldest item."""
    kinds: dict[str, list[WorkItem]] = defaultdict(list)
    for item in _items(user):
        kinds[item.title].append(item)
    groups = []
    for title, rows in kinds.items():
        rows.sort(key=lambda item: (not item.overdue, item.since, item.subject))
        groups.append(Group(title, [Waiting(item, _age(item)) for item in rows]))
    return sorted(groups, key=lambda group: (not group.overdue, group.waiting[0].item.since))


def _age(item: WorkItem) -> str:
    """Whole days: what came today says no hour."""
    days = (timezone.localdate() - timezone.localdate(item.since)).days
    if days <= 0:
        return _("today")
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
