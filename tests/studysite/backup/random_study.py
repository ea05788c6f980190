"""A study that nobody has seen before: as many people, states, files and removed rows as the dice
say, made by the services."""

from __future__ import annotations

import random
from uuid import uuid4

from enrollment.journey import State
from imaging import storage
from reports.storage import keep_document
from studysite.core.audit import sealing
from studysite.core.audit.writer import writing
from studysite.core.models import Membership, Role
from tests import conftest as cast
from tests.api.scene import build
from tests.audit import TESTER
from tests.studysite.backup import place

STATES = [
    State.SCREENED,
    State.CONSENTED,
    State.ELIGIBLE,
    State.ENROLLED,
    State.SCREEN_FAILED,
    State.WITHDRAWN,
    State.LOST,
]


def fill(seed: int) -> None:
    """Make it, where the program looks now."""
    dice = random.Random(seed)
    with writing(TESTER):
        there = build("XA").cast
    for number in range(1, dice.randint(2, 5)):
        with writing(TESTER):
            row = cast.screened(there.coordinator, there.site, number)
            state = dice.choice(STATES)
            cast.walk(row, state, there.coordinator, there.investigator, "2d")
        if dice.random() < 0.5:
            sealing.seal_all()
    with writing(TESTER):
        # A number that was given out and is free again must not be given to somebody else.
        member = Membership.objects.create(
            user=there.coordinator, site=there.site, role=Role.MONITOR
        )
        member.delete()
    _files(dice)


def _files(dice: random.Random) -> None:
    for _count in range(dice.randint(3, 9)):
        storage.keep_scan(dice.randbytes(dice.choice((0, 1, 700, 300_000))))
        storage.seal(dice.randbytes(dice.randint(0, 9000)))
        keep_document(b"%PDF" + dice.randbytes(dice.randint(0, 9000)))
    for size in (0, 1, 2**20, 2**20 + dice.randint(0, 2**20)):
        place.store("spool", f"{uuid4()}/{dice.randint(1, 9):06d}", dice.randbytes(size))
