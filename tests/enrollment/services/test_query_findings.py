"""Automatic queries: one a finding, opened and closed by the system itself."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from enrollment.journey import State
from enrollment.models import FormEntry, Participant, Query, QueryMessage
from enrollment.services.queries import close_query
from enrollment.services.query_findings import Found, settle_findings
from studysite.core.errors import NotPermitted
from studysite.core.models import User
from tests.conftest import Enter


@pytest.fixture
def row(enter: Enter) -> Participant:
    return enter(State.ENROLLED)


def texts(query: Query) -> list[tuple[str, str, str]]:
    return [(m.act, m.text, str(m.by or "")) for m in query.messages.select_related("by")]


HEAVY = Found("weight_kg", "unlikely_too_high", {"high": 150})


@pytest.fixture
def entry(row: Participant) -> FormEntry:
    return FormEntry.objects.get(participant=row, form="mri_safety")


def settle(entry: FormEntry, by: User, *found: Found, weight: float = 64.5) -> list[Query]:
    entry.answers = entry.answers | {"weight_kg": weight}
    settle_findings(by=by, entry=entry, found=found)
    return list(Query.objects.filter(origin="automatic"))


def test_a_finding_opens_one_query_however_often_it_is_found(
    entry: FormEntry, coordinator: User
) -> None:
    for _again in range(3):
        (query,) = settle(entry, coordinator, HEAVY, weight=180)
    assert (query.state, query.name, query.side) == ("open", "weight_kg", "data_manager")
    assert texts(query) == [("opened", "", "")]
    query.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        query.save(force_insert=True)


def test_a_check_that_passes_closes_its_query_by_itself(
    entry: FormEntry, coordinator: User
) -> None:
    settle(entry, coordinator, HEAVY, weight=180)
    (query,) = settle(entry, coordinator, weight=80)
    assert query.state == "closed"
    assert texts(query)[-1] == ("closed", "", "")
    (query,) = settle(entry, coordinator, HEAVY, weight=190)
    assert query.state == "reopened"
    assert QueryMessage.objects.filter(query=query).count() == 3


def test_a_reason_answers_the_query_and_the_data_manager_has_the_last_word(
    entry: FormEntry, coordinator: User, data_manager: User, monitor: User
) -> None:
    told = Found(HEAVY.item, HEAVY.code, HEAVY.parameters, "Weighed twice.")
    (query,) = settle(entry, coordinator, told, weight=180)
    assert texts(query) == [("opened", "", ""), ("answered", "Weighed twice.", "Coordinator")]
    with pytest.raises(NotPermitted):
        close_query(by=monitor, query=query)
    close_query(by=data_manager, query=query, text="Accepted.")
    (query,) = settle(entry, coordinator, told, weight=180)
    assert query.state == "closed"
    (query,) = settle(entry, coordinator, HEAVY, weight=200)
    assert query.state == "reopened"
