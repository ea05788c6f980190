"""The queries of a part of a record as its page shows them: at a form and each item, at a scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.http import urlencode

from enrollment.journey import State
from enrollment.models import Participant, Query
from enrollment.places import Place, of_form, of_item
from enrollment.query_listing import visible
from enrollment.query_words import with_question
from enrollment.services.closing import closing_of
from studysite.core.access import may
from studysite.core.models import User
from studysite.core.roles import Action


@dataclass(frozen=True)
class Marks:
    """What stands at one place: its queries, and where to ask another."""

    queries: list[Query] = field(default_factory=list)
    ask_url: str = ""
    label: str = ""


@dataclass(frozen=True)
class FormMarks:
    """The marks of a form, and of each of its items by name."""

    form: Marks
    items: Mapping[str, Marks]

    @property
    def all_queries(self) -> list[Query]:
        """Every query of the form, the open ones and the oldest first."""
        rows = [*self.form.queries, *(row for each in self.items.values() for row in each.queries)]
        return sorted(rows, key=lambda row: (row.is_closed, row.opened_at))


def marks_at(user: User, participant: Participant, places: Iterable[Place]) -> dict[Place, Marks]:
    """What stands at each of some places of one participant, in one query."""
    named = {(place.kind.value, place.key): place for place in places}
    rows = visible(user).filter(participant=participant, key__in={key for _kind, key in named})
    found: dict[Place, list[Query]] = {place: [] for place in named.values()}
    shown = with_question(rows.select_related("opened_by", "assigned_to"))
    for row in shown.order_by("opened_at"):
        if place := named.get((row.kind, row.key)):
            found[place].append(row)
    asks = _asks(user, participant)
    return {
        place: Marks(
            queries, ask_url(participant.number, place) if asks(place) else "", place.label
        )
        for place, queries in found.items()
    }


def _asks(user: User, participant: Participant) -> Callable[[Place], bool]:
    """Whether the person may ask about a place, and it is not locked."""
    if participant.state == State.LOCKED or not may(user, Action.OPEN_QUERY, participant.site):
        return lambda _place: False
    closing = closing_of(participant)
    return lambda place: closing.over(place.visit, locked_only=True) is None


def marks_of_form(
    user: User, participant: Participant, visit: str, form: str, items: list[str], repeat: int = 1
) -> FormMarks:
    """The queries of a form that the person may see, in one query."""
    whole = of_form(visit, form, repeat)
    parts = {name: of_item(visit, form, name, repeat) for name in items}
    marks = marks_at(user, participant, [whole, *parts.values()])
    return FormMarks(marks[whole], {name: marks[place] for name, place in parts.items()})


def ask_url(number: str, place: Place) -> str:
    """Where a query about a place is opened."""
    given = {
        "kind": place.kind.value,
        "visit": place.visit,
        "form": place.form,
        "repeat": place.repeat if place.repeat > 1 else "",
        "name": place.name,
    }
    words = urlencode({name: value for name, value in given.items() if value})
    return f"{reverse('queries:new', args=[number])}?{words}"
