"""Backup, then another machine, then everything as it was: rows, files, trail and checkpoints.

`RESTORES=20` makes twenty of them; continuous integration makes one between each two engines.
"""

from __future__ import annotations

import itertools
import os
import secrets

import pytest

from enrollment import vault
from enrollment.models import Participant
from studysite.core.audit import sealing, verify
from studysite.core.backup.restoring import restore
from studysite.core.backup.taking import take
from studysite.core.management.commands.verify_audit import address
from tests.studysite.backup import place, random_study
from tests.studysite.backup.conftest import Somewhere

WAYS = list(itertools.product(("sqlite", "postgresql"), repeat=2))
DRILLS = [WAYS[n % len(WAYS)] for n in range(int(os.environ.get("RESTORES", len(WAYS))))]
ALIASES = ("default", "vault")


@pytest.mark.parametrize("number", range(len(DRILLS)))
def test_everything_comes_back(somewhere: Somewhere, number: int) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}, from {DRILLS[number][0]} to {DRILLS[number][1]}")
    before = somewhere(DRILLS[number][0], "before")
    after = somewhere(DRILLS[number][1], "after", bare=number == 0)
    with before.here():
        random_study.fill(seed)
        point = sealing.seal_all()[0]
        take(before.folder / "one.backup")
        known = {alias: place.rows_of(alias) for alias in ALIASES}
        counted = {alias: place.counted(alias) for alias in ALIASES}
        kept = place.files()
    with after.here():
        back = restore(before.folder / "one.backup")
        assert place.files() == kept
        for alias in ALIASES:
            _require_same(known[alias], place.rows_of(alias))
            now = place.counted(alias)
            assert all(now[table] >= last for table, last in counted[alias].items())
        assert place.faults() == []
        assert _proved("default", point, before.folder) == _proved("vault") == []
        _require_one_still_opens()
    assert back.files_count == len(kept)
    assert not back.other_secret


def _require_same(before: dict[str, list], after: dict[str, list]) -> None:
    """The trail went on: where it was, it is the same. One act was added, that of restoring."""
    assert before.keys() == after.keys()
    for table in before:
        if table in place.TRAIL:
            assert after[table][: len(before[table])] == before[table], table
        else:
            new = [row for row in after[table] if row not in before[table]]
            assert [row for row in after[table] if row not in new] == before[table], table
            assert len(new) == (table == "core_act"), (table, new)


def _proved(alias: str, point: verify.Checkpoint | None = None, folder=None) -> list[str]:
    held = []
    if point is not None:
        held = [str(folder / "point.json")]
        (folder / "point.json").write_text(point.as_text())
    return verify.verify(address(alias), held, sealing.public_key())[0]


def _require_one_still_opens() -> None:
    number = Participant.objects.earliest("pk").number
    assert vault.reveal(number).name
