"""A file in pieces is on the spool once and whole, whoever dies or sends beside."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from django.http import UnreadablePostError

from imaging import pieces, storage
from imaging.models import Intake
from imaging.models.intake import Door
from imaging.services.intake import close_intake, open_intake
from imaging.services.pieces import add_piece, so_far
from studysite.core.errors import NotPermitted, OutOfOrder
from studysite.core.models import User

CONTENT = b"Ouyang^Lan" * 300
HALF = len(CONTENT) // 2


@pytest.fixture
def intake(coordinator: User) -> Intake:
    return open_intake(by=coordinator, door=Door.UPLOAD)


def put(intake: Intake, key: object, content: bytes, at: int = 0) -> object:
    return add_piece(
        by=intake.by,
        intake=intake,
        key=key,  # type: ignore[arg-type]
        at=at,
        size=len(CONTENT),
        stream=io.BytesIO(content),
    )


class Cut(io.BytesIO):
    """A connection that is cut after its first thousand bytes."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise UnreadablePostError("cut")
        return super().read(1000)


def test_what_came_before_the_cut_is_kept_and_the_rest_follows(intake: Intake) -> None:
    key = uuid4()
    cut = add_piece(
        by=intake.by, intake=intake, key=key, at=0, size=len(CONTENT), stream=Cut(CONTENT)
    )
    assert (cut.at, cut.file) == (1000, None)
    assert so_far(by=intake.by, intake=intake, key=key) == cut
    put(intake, key, CONTENT[1000:], at=1000)
    assert storage.spool_path(intake.pk, 1).read_bytes() == CONTENT


@pytest.mark.parametrize("at", [0, HALF - 1, HALF + 1])
def test_a_piece_begins_where_the_last_one_ended(intake: Intake, at: int) -> None:
    """Else two tabs that send the same file would write over each other."""
    key = uuid4()
    put(intake, key, CONTENT[:HALF])
    with pytest.raises(pieces.Misplaced):
        put(intake, key, CONTENT[at:], at=at)
    assert so_far(by=intake.by, intake=intake, key=key).at == HALF


def test_a_piece_of_a_file_that_never_began_is_refused(intake: Intake) -> None:
    with pytest.raises(pieces.Misplaced):
        put(intake, uuid4(), CONTENT[HALF:], at=HALF)


def test_no_more_is_taken_than_the_file_is_long(intake: Intake) -> None:
    put(intake, uuid4(), CONTENT + b"more")
    assert storage.spool_path(intake.pk, 1).read_bytes() == CONTENT


def test_a_file_sent_again_is_one_file(intake: Intake) -> None:
    key = uuid4()
    assert put(intake, key, CONTENT) == put(intake, key, CONTENT)
    assert intake.files.count() == 1


def test_a_file_whose_last_answer_was_lost_is_ended_by_the_next_piece(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4()
    with monkeypatch.context() as patch:
        patch.setattr("imaging.services.pieces.number_file", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            put(intake, key, CONTENT)
    assert so_far(by=intake.by, intake=intake, key=key).file is None
    put(intake, key, b"", at=len(CONTENT))
    assert intake.files.get().size == len(CONTENT)


def test_nothing_is_added_to_an_arrival_that_has_ended(intake: Intake) -> None:
    put(intake, uuid4(), CONTENT)
    close_intake(by=intake.by, intake=intake)
    with pytest.raises(OutOfOrder):
        put(intake, uuid4(), CONTENT)


def test_only_some_roles_send_pieces(intake: Intake, monitor: User) -> None:
    with pytest.raises(NotPermitted):
        so_far(by=monitor, intake=intake, key=uuid4())
