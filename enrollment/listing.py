"""The list of participants: what a person may see of it, narrowed and in order."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When

from enrollment.journey import OWNERS, TASKS, State
from enrollment.models import Participant
from enrollment.overview import next_state
from enrollment.protocol.loader import current
from studysite.core.access import sites_for
from studysite.core.models import Site, User
from studysite.core.roles import Action, Role

# In the order of the way, then the ways out.
_PLACE = Case(
    *(When(state=state.value, then=Value(place)) for place, state in enumerate(State)),
    output_field=IntegerField(),
)
COLUMNS = {
    "number": "number",
    "state": "place",
    "side": "affected_side",
    "born": "year_of_birth",
    "screened": "screened_on",
}


@dataclass(frozen=True)
class Line:
    """One participant in the list. The arm is empty for who may not see it."""

    participant: Participant
    arm: str
    next_step: str
    owner: str


def participants(
    user: User, *, q: str = "", state: str = "", site: Site | None = None, order: str = "number"
) -> QuerySet[Participant]:
    """The participants a person may see, narrowed; `order` is a column, with `-` from the end."""
    # Sites by their keys: with one of them, the numbers are read in order from an index.
    sites = list(sites_for(user, Action.SEE_PARTICIPANTS).values_list("pk", flat=True))
    rows = Participant.objects.filter(site__in=sites)
    if q:
        rows = rows.filter(number__icontains=q)
    if state:
        rows = rows.filter(state=state)
    if site is not None:
        rows = rows.filter(site=site)
    column = COLUMNS.get(order.removeprefix("-"), "number")
    direction = "-" if order.startswith("-") else ""
    if column == "place":
        rows = rows.annotate(place=_PLACE)
    rows = rows.order_by(f"{direction}{column}", "number")
    return rows.select_related("site", "enrolment")


def lines(rows: list[Participant], user: User) -> list[Line]:
    """What the list says of each participant."""
    sees_arm = set(sites_for(user, Action.SEE_ARM).values_list("pk", flat=True))
    return [_line(row, sees_arm=row.site_id in sees_arm) for row in rows]


def _line(row: Participant, *, sees_arm: bool) -> Line:
    enrolment = getattr(row, "enrolment", None)
    following = next_state(row)
    return Line(
        participant=row,
        arm=current().arm(enrolment.arm).label if enrolment and sees_arm else "",
        next_step=str(TASKS[following]) if following else "",
        owner=str(Role(OWNERS[following]).label) if following else "",
    )
