"""Pages ask the database as often at 600 participants as at 60: a short form of the benchmark."""

from __future__ import annotations

from pathlib import Path

from pytest_django import DjangoDbBlocker

from tests.bench.pages import PAGES, race
from tests.bench.studies import in_folder

SMALL, MIDDLE = 60, 600
EVENTS_A_PARTICIPANT = 25


def test_every_page_asks_as_often_in_a_larger_study(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        sizes = (SMALL, MIDDLE)
        events = EVENTS_A_PARTICIPANT
        studies = [in_folder(tmp_path / f"{size}", size, size * events) for size in sizes]
        races = race(*studies, PAGES, rounds=0)
    assert {race.page.name: race.large.queries for race in races} == {
        race.page.name: race.small.queries for race in races
    }
