"""Migrations of a study that people have worked in keep its rows, its triggers and its trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from enrollment.models import Consent, FormEntry, FormRevision, Participant, Visit
from studysite.core.audit import readiness, sealing
from studysite.core.audit.verify import verify
from studysite.core.audit.writer import writing
from studysite.core.models import AuditEvent
from tests import audit
from tests.engines import connected_to
from tests.studysite.audit.rows import saved

KEPT = (Participant, Consent, Visit, FormEntry, FormRevision)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest,
    study_databases: dict[str, str],
    copy_of: Callable[[str, str], str],
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    """The URL of a study with somebody in it, of the test's own."""
    url = copy_of(study_databases[request.param], "filled")
    with django_db_blocker.unblock(), connected_to(url):
        with writing(audit.TESTER):
            row = saved(Participant)
            for model in (Consent, Visit):
                saved(model, participant=row)
            saved(FormRevision, entry=saved(FormEntry, participant=row))
        yield url


def rows() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in KEPT}


def test_every_migration_since_the_seventh_keeps_rows_triggers_and_trail(filled: str) -> None:
    before, last = rows(), AuditEvent.objects.latest("seq").seq
    call_command("migrate", "enrollment", "0007", verbosity=0, interactive=False)
    call_command("migrate", verbosity=0, interactive=False)
    assert rows() == before
    assert readiness.the_trail_is_whole(databases=["default"]) == []
    told = AuditEvent.objects.filter(seq__gt=last).values_list("actor", flat=True)
    assert set(told) == {"migrate"}
    sealing.seal()
    place = filled.removeprefix("sqlite:///")
    assert verify(place, [], sealing.public_key())[0] == []
    with writing(audit.TESTER):
        saved(Visit, participant=Participant.objects.get())
    assert AuditEvent.objects.filter(table="enrollment_visit", op="insert").count() == 2
