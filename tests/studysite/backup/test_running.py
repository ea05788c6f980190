"""A backup that is taken while the study runs is of one moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connections

from enrollment import vault
from enrollment.models import Participant
from imaging import storage
from studysite.core.audit import sealing, verify
from studysite.core.audit.writer import writing
from studysite.core.backup import places
from studysite.core.backup.restoring import restore
from studysite.core.backup.taking import take
from studysite.core.management.commands.verify_audit import address
from studysite.core.models import User
from tests import audit
from tests import conftest as cast
from tests.audit import TESTER
from tests.postgres import wait_until
from tests.reports.factory import Cast, make_cast
from tests.studysite.backup import place
from tests.studysite.backup.conftest import Somewhere

ENOUGH = 6


@contextmanager
def screening(there: Cast) -> Iterator[list[str]]:
    """Somebody screens one person after the other meanwhile, as long as it takes."""
    done: list[str] = []
    stop = threading.Event()

    def work() -> None:
        token = audit.name_the_tester()
        while not stop.is_set() or len(done) < ENOUGH:
            row = cast.screened(there.coordinator, there.site, len(done))
            done.append(row.number)
        audit.forget_the_tester(token)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_rows_of_both_databases_are_of_one_moment(somewhere: Somewhere, engine: str) -> None:
    before = somewhere(engine, "before")
    with before.here():
        with writing(TESTER):
            there = make_cast()
        with screening(there) as done:
            taken = []
            # However fast either is: two backups at least, and somebody new in each.
            while len(done) < ENOUGH or len(taken) < 2:
                known = len(done)
                wait_until(lambda known=known: len(done) > known, "somebody new", 60)
                taken.append(known)
                take(before.folder / f"{len(taken)}.backup")
    assert len(taken) >= 2
    numbers = []
    for number in (1, len(taken)):
        after = somewhere("sqlite", f"after-{number}")
        with after.here():
            restore(before.folder / f"{number}.backup")
            people = Participant.objects.values_list("number", flat=True)
            assert len({vault.reveal(one).hospital_number for one in people}) == len(people)
            assert User.objects.count() == len(there.__dict__) - 1
            for alias in ("default", "vault"):
                assert verify.verify(address(alias), [], sealing.public_key())[0] == []
            numbers.append(len(people))
    assert numbers[0] < numbers[-1]


def test_what_a_backup_reads_stays_on_the_spool(somewhere: Somewhere) -> None:
    arrival = uuid4()
    with somewhere("sqlite", "here").here():
        place.store("spool", f"{arrival}/000001", b"x")
        with places.spool_kept():
            storage.empty_spool(arrival)
            assert storage.spool_path(arrival, 1).exists()
        storage.empty_spool(arrival)
        assert not storage.spool_path(arrival, 1).exists()
