"""The queries of one form as its page shows them: at the form, and at each item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.http import urlencode

from enrollment.models import Participant, Query
from enrollment.places import Place, of_form, of_item
from enrollment.query_listing import visible
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


def marks_of_form(
    user: User, participant: Participant, visit: str, form: str, items: list[str], repeat: int = 1
) -> FormMarks:
    """The queries of a form that the person may see, in one query."""
    rows = visible(user).filter(participant=participant, visit=visit, form=form, repeat=repeat)
    by_key: dict[str, list[Query]] = {}
    for row in rows.select_related("opened_by", "assigned_to").order_by("opened_at"):
        by_key.setdefault(row.key, []).append(row)
    asks = may(user, Action.OPEN_QUERY, participant.site)

    def at(place: Place) -> Marks:
        url = ask_url(participant.number, place) if asks else ""
        return Marks(by_key.get(place.key, []), url, place.label)

    return FormMarks(
        at(of_form(visit, form, repeat)),
        {name: at(of_item(visit, form, name, repeat)) for name in items},
    )


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
