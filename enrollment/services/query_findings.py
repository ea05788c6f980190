"""What checks found, as queries: one a finding. Those of a submitted form are opened and closed by
the system itself; those of a series stay until a person closes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from enrollment.models import FormEntry, Participant, Query
from enrollment.places import Place, PlaceKind, of_item
from enrollment.query_life import WAITING_FOR_ANSWER, Origin, QueryAct, QueryState
from enrollment.services.queries import move, say
from studysite.core.models import User
from studysite.core.roles import Role


@dataclass(frozen=True)
class Found:
    """An unlikely answer: its item, the check's stable code, what its sentence names, and the
    reason that the person gave for keeping it, if they gave one."""

    item: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""


def settle_remarks(*, by: User, entry: FormEntry, assigned_role: str) -> None:
    """The same of a submitted form, from what it keeps of its unlikely answers."""
    found = [
        Found(note["item"], note["code"], note["parameters"], note["reason"])
        for note in entry.remarks
    ]
    settle_findings(by=by, entry=entry, found=found, assigned_role=assigned_role)


def settle_findings(
    *, by: User, entry: FormEntry, found: Sequence[Found], assigned_role: str = Role.COORDINATOR
) -> None:
    """Bring the automatic queries of a form in line with what its checks find now, within the act
    that saved it. Twice the same changes nothing.

    A finding opens its query, or reopens it where the answer has changed since it was last looked
    at. One that is not found any more closes its query. A person's reason answers it.
    """
    rows = Query.objects.select_for_update().filter(
        participant=entry.participant,
        origin=Origin.AUTOMATIC,
        visit=entry.visit,
        form=entry.form,
        repeat=entry.repeat,
    )
    there = {(row.name, row.check_code): row for row in rows}
    for one in found:
        digest = _digest(entry.answers.get(one.item), one)
        row = there.pop((one.item, one.code), None)
        if row is None:
            row = _open(entry, one, digest, assigned_role)
        elif row.found_in == digest:
            continue
        else:
            _ask_again(row, one, digest)
        if one.remark.strip() and row.state in WAITING_FOR_ANSWER:
            move(row, QueryAct.ANSWERED, one.remark.strip(), by)
    for row in there.values():
        if not row.is_closed:
            # Found again, of whatever answer, it is asked again.
            row.found_in = ""
            row.save(update_fields=["found_in"])
            move(row, QueryAct.CLOSED, "", None)


def ask_about_series(
    participant: Participant, *, visit: str, name: str, code: str, sentence: str
) -> Query:
    """Ask, within the act that stored it, about a series that departs from the imaging protocol:
    what came of it is told in the answer, and closing the query waives the departure or not.
    `name` is the series' key, `sentence` one that is kept."""
    place = Place(PlaceKind.SERIES, visit=visit, name=name)
    query = Query.objects.create(
        participant=participant,
        kind=place.kind,
        key=place.key,
        visit=visit,
        name=name,
        origin=Origin.AUTOMATIC,
        check_code=code,
        parameters={"sentence": sentence},
        side=Role.DATA_MANAGER,
        assigned_role=Role.COORDINATOR,
    )
    say(query, QueryAct.OPENED, "", None)
    return query


def asked_about_series(participant: Participant, name: str) -> dict[str, Query]:
    """The queries about a series' departures, each under the departure's code."""
    rows = participant.queries.filter(
        kind=PlaceKind.SERIES, name=name, origin=Origin.AUTOMATIC
    ).prefetch_related("messages__by")
    return {row.check_code: row for row in rows}


def _open(entry: FormEntry, one: Found, digest: str, assigned_role: str) -> Query:
    place = of_item(entry.visit, entry.form, one.item, entry.repeat)
    query = Query.objects.create(
        participant=entry.participant,
        kind=PlaceKind.ITEM,
        key=place.key,
        visit=entry.visit,
        form=entry.form,
        repeat=entry.repeat,
        name=one.item,
        origin=Origin.AUTOMATIC,
        check_code=one.code,
        parameters=dict(one.parameters),
        found_in=digest,
        side=Role.DATA_MANAGER,
        assigned_role=assigned_role,
    )
    say(query, QueryAct.OPENED, "", None)
    return query


def _ask_again(query: Query, one: Found, digest: str) -> None:
    """The answer is another one, and still unlikely: what was said of the former one is over."""
    query.found_in, query.parameters = digest, dict(one.parameters)
    query.save(update_fields=["found_in", "parameters"])
    if query.state in {QueryState.CLOSED, QueryState.ANSWERED}:
        move(query, QueryAct.REOPENED, "", None)


def _digest(answer: Any, one: Found) -> str:
    text = json.dumps([answer, dict(one.parameters)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
