"""What is mine to do now in enrolment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.eligibility import Verdict
from enrollment.journey import ENDED, State
from enrollment.models import Participant
from enrollment.overview import visits_of
from enrollment.protocol.in_force import asked_once
from enrollment.protocol.loader import current
from enrollment.schedule import Timeliness
from enrollment.services.consent import missing_consent
from enrollment.services.eligibility import criteria_of, decision_on
from enrollment.services.forms import action_for
from studysite.core.models import Membership, User
from studysite.core.roles import Action, Role
from studysite.core.worklist import WorkItem

WAITING = {Timeliness.DUE, Timeliness.OVERDUE, Timeliness.MISSING}


@asked_once()
def items(user: User) -> list[WorkItem]:
    """A person's work at every site where they have a role; the overdue and the oldest first."""
    roles: dict[int, set[str]] = defaultdict(set)
    if user.is_active:
        for site, role in Membership.objects.filter(user=user).values_list("site", "role"):
            roles[site].add(role)
    sites = [site for site, held in roles.items() if held & set(_FINDERS)]
    open_rows = (
        Participant.objects.filter(site__in=sites)
        .exclude(state__in=ENDED)
        .prefetch_related("consents", "entries", "judgements", "steps", "visits__scans")
    )
    today = timezone.localdate()
    found = [
        item
        for row in (open_rows if sites else [])
        for role, finders in _FINDERS.items()
        if role in roles[row.site_id]
        for find in finders
        for item in find(row, today)
    ]
    return sorted(found, key=lambda item: (not item.overdue, item.since, item.subject))


def _consent(row: Participant, today: date) -> Iterator[WorkItem]:
    document = missing_consent(row)
    if document is None:
        return
    title = _("Record consent") if row.state == State.SCREENED else _("Ask for consent again")
    detail = _("Version %(version)s of the consent form") % {"version": document.version}
    released = _midnight(document.released_on)
    since = max(_since(row), released)
    yield _item(row, title, detail, "enrollment:consent", since, Action.RECORD_CONSENT)


def _enrol(row: Participant, today: date) -> Iterator[WorkItem]:
    if row.state == State.ELIGIBLE:
        detail = _("Eligible, waits for an arm")
        yield _item(row, _("Enrol"), detail, "enrollment:enrol", _since(row), Action.ENROL)


def _forms(row: Participant, today: date) -> Iterator[WorkItem]:
    yield from _due_forms(row, today, Action.ENTER_FORM)


def _surgical_finding(row: Participant, today: date) -> Iterator[WorkItem]:
    yield from _due_forms(row, today, Action.ENTER_SURGICAL_FINDING)


def _due_forms(row: Participant, today: date, action: Action) -> Iterator[WorkItem]:
    """The forms of visits whose window has opened; data need a consent first."""
    if missing_consent(row):
        return
    for shown in visits_of(row, today):
        if shown.timeliness not in WAITING:
            continue
        due = _("%(visit)s, due %(date)s")
        for form in shown.forms:
            if form.submitted or action_for(form.definition.key) is not action:
                continue
            yield WorkItem(
                title=_("Fill in: %(form)s") % {"form": form.definition.title},
                detail=due % {"visit": shown.plan.label, "date": shown.visit.due_on.isoformat()},
                url=reverse(
                    "enrollment:form", args=[row.number, shown.visit.key, form.definition.key]
                ),
                subject=row.number,
                since=_midnight(shown.visit.opens_on),
                action=action,
                overdue=shown.timeliness is not Timeliness.DUE,
            )


def _eligibility(row: Participant, today: date) -> Iterator[WorkItem]:
    if row.state != State.CONSENTED:
        return
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


_Finder = Callable[[Participant, date], Iterator[WorkItem]]
_FINDERS: dict[str, tuple[_Finder, ...]] = {
    Role.COORDINATOR.value: (_consent, _enrol, _forms),
    Role.INVESTIGATOR.value: (_eligibility, _surgical_finding),
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
