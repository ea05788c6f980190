"""Many at once: an arm never takes more than its target, a number is never given twice.

The tests' own database lives in memory and in one transaction, so these have files, which every
thread opens for itself, as the processes of the site do.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from enrollment.journey import State
from enrollment.models import ArmCount, Enrolment, Participant
from enrollment.services.enrolment import enrol
from studysite.core.errors import Conflict
from studysite.core.models import Membership, Site, User
from studysite.core.roles import Role
from tests import audit
from tests.conftest import consent_to, person, screened

THREADS = 8


@pytest.fixture
def on_disk(migrated: Path, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[None]:
    """Both databases as files, with the tables that the migrations made."""
    with django_db_blocker.unblock():
        kept = {
            alias: (connections[alias], dict(connections.databases[alias])) for alias in connections
        }
        for alias, name in (("default", "study"), ("vault", "vault")):
            file = shutil.copy(migrated / f"{name}.sqlite3", tmp_path)
            connections.databases[alias] = connections.databases[alias] | {"NAME": file}
            del connections[alias]
            audit.introduce(alias)
        yield
        for alias, (memory, settings) in kept.items():
            connections[alias].close()
            connections.databases[alias] = settings
            connections[alias] = memory


def at_once(work: Callable[[int], object], count: int) -> list[object]:
    """Do it in several threads, each with connections of its own."""

    def one(number: int) -> object:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def crowd(on_disk: None) -> tuple[User, list[int]]:
    """Twelve eligible participants, and a coordinator."""
    site = Site.objects.create(code="XA", name="Here")
    coordinator = person(site, Role.COORDINATOR, "coordinator")
    Membership.objects.create(user=coordinator, site=site, role=Role.INVESTIGATOR)
    rows = [screened(coordinator, site, number) for number in range(12)]
    for row in rows:
        consent_to(row, coordinator)
    Participant.objects.update(state=State.ELIGIBLE)
    return coordinator, [row.pk for row in rows]


def test_enrolments_at_once_never_overshoot_the_arm(crowd: tuple[User, list[int]]) -> None:
    coordinator, keys = crowd
    ArmCount.objects.create(arm="2d", enrolled=23, target=30)

    def one(number: int) -> object:
        row = Participant.objects.get(pk=keys[number])
        try:
            return enrol(by=coordinator, participant=row, arm="2d", reason="All at once.").position
        except Conflict as refusal:
            return refusal.code

    results = at_once(one, len(keys))
    assert sorted(place for place in results if isinstance(place, int)) == list(range(24, 31))
    assert results.count("arm_full") == 5
    assert ArmCount.objects.get(arm="2d").enrolled == 30
    assert Enrolment.objects.count() == 7
    assert Participant.objects.filter(state=State.ELIGIBLE).count() == 5


def test_screenings_at_once_give_each_person_a_number(crowd: tuple[User, list[int]]) -> None:
    coordinator, _keys = crowd
    site = Site.objects.get()
    numbers = at_once(lambda number: screened(coordinator, site, 100 + number).number, 12)
    assert sorted(numbers) == [f"XA-{number:03d}" for number in range(13, 25)]  # type: ignore[type-var]
