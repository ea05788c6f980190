"""What is mine to do now in enrolment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import reduce
from itertools import islice
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.eligibility import Verdict
from enrollment.journey import ENDED, State
from enrollment.models import Consent, FormEntry, Participant, Visit
from enrollment.models.forms import EntryState
from enrollment.overview import VisitShown, visits_of
from enrollment.protocol.in_force import asked_once
from enrollment.protocol.loader import current
from enrollment.schedule import Timeliness
from enrollment.services.eligibility import criteria_of, decision_on
from enrollment.services.forms import action_for
from studysite.core.access import roles_of
from studysite.core.models import Membership, User
from studysite.core.roles import Action, Role
from studysite.core.worklist import AT_MOST, WorkItem

WAITING = {Timeliness.DUE, Timeliness.OVERDUE, Timeliness.MISSING}


@asked_once()
def items(user: User) -> list[WorkItem]:
    """A person's work at every site where they have a role; the overdue and the oldest first. Of
    each kind at most a page: the database finds who is next, so a large study costs no more."""
    today = timezone.localdate()
    found = [
        item
        for role in sorted(roles_of(user) & set(_FINDERS))
        for find in _FINDERS[role]
        for item in islice(find(_open(user, role), today), AT_MOST)
    ]
    return sorted(found, key=lambda item: (not item.overdue, item.since, item.subject))


def _open(user: User, role: Role) -> QuerySet[Participant]:
    """The participants on their way at the sites at which a person has a role, the oldest first."""
    held = Membership.objects.filter(user=user, role=role)
    rows = Participant.objects.filter(site__in=held.values("site")).exclude(state__in=ENDED)
    return rows.order_by("pk").prefetch_related("steps")


def _consent(rows: QuerySet[Participant], today: date) -> Iterator[WorkItem]:
    document = current().current_consent(today)
    if document is None:
        return
    detail = _("Version %(version)s of the consent form") % {"version": document.version}
    for row in rows.filter(~_consented(document.version))[:AT_MOST]:
        title = _("Record consent") if row.state == State.SCREENED else _("Ask for consent again")
        since = max(_since(row), _midnight(document.released_on))
        yield _item(row, title, detail, "enrollment:consent", since, Action.RECORD_CONSENT)


def _consented(version: str) -> Exists:
    return Exists(Consent.objects.filter(participant=OuterRef("pk"), document_version=version))


def _enrol(rows: QuerySet[Participant], today: date) -> Iterator[WorkItem]:
    detail = _("Eligible, waits for an arm")
    for row in rows.filter(state=State.ELIGIBLE)[:AT_MOST]:
        yield _item(row, _("Enrol"), detail, "enrollment:enrol", _since(row), Action.ENROL)


def _forms(rows: QuerySet[Participant], today: date) -> Iterator[WorkItem]:
    yield from _due_forms(rows, today, Action.ENTER_FORM)


def _surgical_finding(rows: QuerySet[Participant], today: date) -> Iterator[WorkItem]:
    yield from _due_forms(rows, today, Action.ENTER_SURGICAL_FINDING)


def _due_forms(rows: QuerySet[Participant], today: date, action: Action) -> Iterator[WorkItem]:
    """The forms of visits whose window has opened; data need a consent first."""
    document = current().current_consent(today)
    if document is not None:
        rows = rows.filter(_consented(document.version))
    beside = ("consents", "entries", "judgements", "visits__scans")
    visits = _waiting_visits(rows, today, action)[:AT_MOST]
    people = {
        row.pk: row
        for row in rows.filter(pk__in=[who for who, _key in visits]).prefetch_related(*beside)
    }
    for who, key in visits:
        shown = next(each for each in visits_of(people[who], today) if each.visit.key == key)
        yield from _forms_of(people[who], shown, action)


def _waiting_visits(
    rows: QuerySet[Participant], today: date, action: Action
) -> QuerySet[Visit, tuple[int, str]]:
    """Visits whose window has opened and that lack a form of whoever may do this."""
    lacking = [
        (
            Q(key=plan.key) | Q(key__startswith=f"{plan.key}_")
            if plan.unscheduled
            else Q(key=plan.key)
        )
        & ~Exists(
            FormEntry.objects.filter(
                participant=OuterRef("participant"),
                visit=OuterRef("key"),
                form=form,
                state=EntryState.SUBMITTED,
            )
        )
        for plan in current().visits
        for form in plan.forms
        if action_for(form) is action
    ]
    visits = Visit.objects.filter(complete=False, not_done_reason="", opens_on__lte=today)
    theirs = Exists(rows.order_by().filter(pk=OuterRef("participant")))
    visits = visits.filter(reduce(or_, lacking, Q(pk__in=[])), theirs)
    return visits.order_by("due_on", "pk").values_list("participant", "key")


def _forms_of(row: Participant, shown: VisitShown, action: Action) -> Iterator[WorkItem]:
    if shown.timeliness not in WAITING:
        return
    due = _("%(visit)s, due %(date)s")
    for form in shown.forms:
        if form.submitted or action_for(form.definition.key) is not action:
            continue
        yield WorkItem(
            title=_("Fill in: %(form)s") % {"form": form.definition.title},
            detail=due % {"visit": shown.plan.label, "date": shown.visit.due_on.isoformat()},
            url=reverse("enrollment:form", args=[row.number, shown.visit.key, form.definition.key]),
            subject=row.number,
            since=_midnight(shown.visit.opens_on),
            action=action,
            overdue=shown.timeliness is not Timeliness.DUE,
        )


def _eligibility(rows: QuerySet[Participant], today: date) -> Iterator[WorkItem]:
    """Who was consented, until as many are found as a page holds: of some the forms come first."""
    judging = rows.filter(state=State.CONSENTED).prefetch_related("judgements")
    for row in judging.iterator(chunk_size=AT_MOST):
        yield from _judging(row)


def _judging(row: Participant) -> Iterator[WorkItem]:
    criteria, decision = criteria_of(row), decision_on(row)
    unjudged = [
        item.criterion.key
        for item in criteria
        if item.criterion.judged_by_person and item.verdict is Verdict.UNKNOWN
    ]
    where, since, action = "enrollment:eligibility", _since(row), Action.CONFIRM_ELIGIBILITY
    if decision.failed:
        title, detail = _("Decide on a screen failure"), ", ".join(decision.failed)
    elif unjudged:
        title, detail, action = _("Judge criteria"), ", ".join(unjudged), Action.JUDGE_CRITERIA
    elif decision.eligible:
        title, detail = _("Confirm eligibility"), _("Every criterion is settled")
    elif unsettled := _not_from_forms(decision.unknown):
        title, detail = _("Decide on criteria that stay unknown"), ", ".join(unsettled)
    else:
        return  # The coordinator's forms come first.
    yield _item(row, title, detail, where, since, action)


_Finder = Callable[[QuerySet[Participant], date], Iterator[WorkItem]]
_FINDERS: dict[Role, tuple[_Finder, ...]] = {
    Role.COORDINATOR: (_consent, _enrol, _forms),
    Role.INVESTIGATOR: (_eligibility, _surgical_finding),
}


def _not_from_forms(keys: tuple[str, ...]) -> list[str]:
    return [key for key in keys if "." not in current().criterion(key).source]


def _item(
    row: Participant, title: str, detail: str, where: str, since: datetime, action: Action
) -> WorkItem:
    url = reverse(where, args=[row.number])
    return WorkItem(title, detail, url, row.number, since, action)


def _since(row: Participant) -> datetime:
    """When the participant came to the present state."""
    steps = list(row.steps.all())
    return steps[-1].at if steps else row.screened_at


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
