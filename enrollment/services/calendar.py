"""Visits that the protocol does not foresee, and those that did not take place."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.journey import State, has_reached
from enrollment.models import Participant, Visit
from enrollment.protocol.loader import current
from enrollment.schedule import Window
from enrollment.services import way
from enrollment.services.deviations import note_deviation
from enrollment.services.visits import plan_visit
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


@service(Action.PLAN_VISIT)
def add_unscheduled(*, by: User, participant: Participant, on: date, reason: str) -> Visit:
    """Put a visit on the calendar that the protocol does not foresee: it took place on a day."""
    require(by, Action.PLAN_VISIT, participant.site)
    row = way.hold(participant)
    if not has_reached(State(row.state), State.ENROLLED):
        raise OutOfOrder(_("An unscheduled visit is one of an enrolled participant."))
    plan = next((plan for plan in current().visits if plan.unscheduled), None)
    if plan is None:
        raise OutOfOrder(_("The protocol has no unscheduled visits."))
    if not row.screened_on <= on <= timezone.localdate():
        raise Invalid(_("The date lies outside screening to today."), field="on")
    if not reason.strip():
        raise Invalid(_("Say why this visit took place."), field="reason")
    number = row.visits.filter(key__startswith=f"{plan.key}_").count() + 1
    key = f"{plan.key}_{number}"
    visit = plan_visit(row, current().visit(key), Window(on, on, on), current())
    about(row.number, said("%(visit)s on %(on)s", visit=current().visit(key).in_both, on=on))
    return visit


@service(Action.PLAN_VISIT)
def record_visit_not_done(*, by: User, visit: Visit, reason: str) -> Visit:
    """Say that a visit did not take place, and why; it is a deviation and waits no longer."""
    require(by, Action.PLAN_VISIT, visit.participant.site)
    participant = way.hold(visit.participant, visit=visit.key)
    row = Visit.objects.select_for_update().get(pk=visit.pk)
    if row.complete or row.not_done_reason:
        raise OutOfOrder(_("This visit is settled."))
    if participant.entries.filter(visit=row.key, revision__gt=0).exists():
        raise OutOfOrder(_("Forms of this visit are filled in, so it took place."))
    if not reason.strip():
        raise Invalid(_("Say why the visit did not take place."), field="reason")
    row.not_done_reason = reason.strip()
    row.save(update_fields=["not_done_reason"])
    label = current().visit(row.key).in_both
    told = said("Visit not done: %(visit)s. %(reason)s", visit=label, reason=reason.strip())
    note_deviation(participant, by=by, source="schedule", category="visit", sentence=told)
    about(participant.number, said("Visit not done: %(visit)s", visit=label))
    return row
