"""What is being written while the study is closed is done before, or refused. On PostgreSQL, where
two transactions are under way at once; SQLite lets one follow the other by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting

import pytest
from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

from enrollment.models import Participant
from enrollment.places import of_visit
from enrollment.services import eligibility, queries, screening
from enrollment.services.closing import Closed
from enrollment.services.freezing import freeze
from reports.services.locking import lock_visit
from studysite.core.errors import OutOfOrder
from studysite.core.models import Site
from studysite.core.roles import Role
from tests import audit
from tests.conftest import person, screened
from tests.engines import connected_to

LONG_ENOUGH_SECONDS = 0.7


@pytest.fixture
def site_on_postgres(
    study_databases: dict[str, str],
    copy_of: Callable[[str, str], str],
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    """A site in a database of its own, whose rows stay. Identities are kept nowhere."""
    for name in ("store", "discard_unfinished"):
        monkeypatch.setattr(screening.vault, name, lambda *given: None)
    monkeypatch.setattr(eligibility, "_birth", lambda row: str(row.year_of_birth))
    url = copy_of(study_databases["postgresql"], "closing")
    with django_db_blocker.unblock(), connected_to(url):
        audit.introduce("default")
        yield Site.objects.create(code="XA", name="Here")


def meanwhile(pool: ThreadPoolExecutor, work: Callable[[], object]) -> Future[object]:
    def one() -> object:
        try:
            return work()
        finally:
            connections.close_all()

    return pool.submit(one)


def test_nobody_is_screened_into_a_study_that_is_being_frozen(site_on_postgres: Site) -> None:
    coordinator = person(site_on_postgres, Role.COORDINATOR, "coordinator")
    manager = person(site_on_postgres, Role.DATA_MANAGER, "manager")
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            freeze(by=manager, reason="Cleaning.")
            late = meanwhile(pool, lambda: screened(coordinator, site_on_postgres, 1))
            with pytest.raises(StillWaiting):
                late.result(timeout=LONG_ENOUGH_SECONDS)
        with pytest.raises(Closed):
            late.result(timeout=20)
    assert not Participant.objects.exists()


def test_no_visit_is_locked_over_a_query_that_is_being_opened(site_on_postgres: Site) -> None:
    coordinator = person(site_on_postgres, Role.COORDINATOR, "coordinator")
    monitor = person(site_on_postgres, Role.MONITOR, "monitor")
    manager = person(site_on_postgres, Role.DATA_MANAGER, "manager")
    row = screened(coordinator, site_on_postgres, 1)

    def lock() -> object:
        return lock_visit(by=manager, participant=row, visit="screening", reason="Clean.")

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            queries.open_query(
                by=monitor, participant=row, place=of_visit("screening"), text="Which letter?"
            )
            late = meanwhile(pool, lock)
            with pytest.raises(StillWaiting):
                late.result(timeout=LONG_ENOUGH_SECONDS)
        with pytest.raises(OutOfOrder) as refusal:
            late.result(timeout=20)
    assert refusal.value.code == "queries_open"
