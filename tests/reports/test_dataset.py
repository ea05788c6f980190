"""The dataset's digest: the same taken by the hundred as one by one, at a price that is known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.journey import State
from enrollment.models import Participant
from enrollment.protocol.loader import current
from reports.case import content
from reports.case.dataset import dataset_sha256
from tests import conftest as people
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def walked(cast: factory.Cast, number: int, state: State) -> None:
    row = people.screened(cast.coordinator, cast.site, number)
    people.walk(row, state, cast.coordinator, cast.investigator, "2d")


@pytest.fixture
def everybody(cast: factory.Cast, finished: Participant) -> factory.Cast:
    """A finished case, and somebody at each way out and on the way."""
    for number, state in enumerate((State.SCREEN_FAILED, State.WITHDRAWN, State.ENROLLED), start=1):
        walked(cast, number, state)
    return cast


def slow() -> str:
    """The digest by its definition: one participant after the other, by dataclasses' own asdict."""
    digest = hashlib.sha256(f"dataset/1 {current().sha256}\n".encode())
    for row in Participant.objects.order_by("number"):
        plain = {"schema": "case/1", **without_empty(asdict(content.content_of(row)))}
        text = json.dumps(
            plain,
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
            default=lambda moment: moment.isoformat(),
        )
        own = hashlib.sha256(text.encode()).hexdigest()
        digest.update(f"{row.number} {own}\n".encode())
    return digest.hexdigest()


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: without_empty(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [without_empty(one) for one in value]
    return value


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_taken_together_it_is_the_same(
    everybody: factory.Cast, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(content, "AT_ONCE", at_once)
    assert dataset_sha256() == slow()


def test_more_participants_ask_no_more(everybody: factory.Cast) -> None:
    with CaptureQueriesContext(connection) as few:
        dataset_sha256()
    for number in range(4, 8):
        walked(everybody, number, State.ENROLLED)
    with CaptureQueriesContext(connection) as more:
        dataset_sha256()
    assert len(more) == len(few)


def test_a_content_is_the_database_s_and_not_an_old_object_s(everybody: factory.Cast) -> None:
    row = Participant.objects.prefetch_related("entries").get(entries__form="surgical_finding")
    before = content.content_of(row).sha256
    row.entries.model.objects.filter(participant=row, form="severity").update(answers={})
    assert content.content_of(row).sha256 != before
