"""A draft taken back, a form taken over to a newer version, reasons item by item."""

from __future__ import annotations

import pytest

from enrollment.journey import State
from enrollment.models import FormEntry, Participant
from enrollment.services.drafts import move_to_version, undo_draft
from enrollment.services.forms import ReasonsNeeded, save_form
from enrollment.services.releases import release_protocol
from studysite.core.errors import Conflict, Invalid, NotPermitted, OutOfOrder
from studysite.core.models import User
from tests.conftest import SAFE, Enter

SEEN = {
    "seen_on": "2024-06-01",
    "contact": "clinic",
    "spasm": "gone",
    "complications": ["none"],
    "botulinum_since": "no",
    "operated_again": "no",
}


def save(row: Participant, by: User, seen: int, **more: object) -> FormEntry:
    given = {"form": "mri_safety", "visit": "screening", "answers": SAFE, "submit": False}
    return save_form(by=by, participant=row, seen_revision=seen, **(given | more))  # type: ignore[arg-type]


def test_a_draft_goes_back_step_by_step_and_every_revision_stays(
    enter: Enter, coordinator: User
) -> None:
    row = enter(State.CONSENTED)
    for seen, answer in enumerate(({"pacemaker": "no"}, {"pacemaker": "yes"}, SAFE)):
        entry = save(row, coordinator, seen, answers=answer)
    for back_to, answers in ((2, {"pacemaker": "yes"}), (1, {"pacemaker": "no"}), (0, {})):
        entry = undo_draft(by=coordinator, entry=entry, seen_revision=entry.revision)
        assert entry.answers == answers
        assert entry.revisions.last().back_to == back_to
    with pytest.raises(OutOfOrder, match="Nothing is saved"):
        undo_draft(by=coordinator, entry=entry, seen_revision=entry.revision)
    assert entry.revisions.count() == 6


def test_a_submitted_form_is_not_taken_back_nor_one_changed_meanwhile(
    enter: Enter, coordinator: User
) -> None:
    row = enter(State.CONSENTED)
    entry = save(row, coordinator, 0)
    with pytest.raises(Conflict, match="changed meanwhile"):
        undo_draft(by=coordinator, entry=entry, seen_revision=0)
    entry = save(row, coordinator, 1, submit=True)
    with pytest.raises(OutOfOrder, match="Only a draft"):
        undo_draft(by=coordinator, entry=entry, seen_revision=2)


def test_each_changed_item_has_its_reason(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    save(row, coordinator, 0, submit=True)
    changed = SAFE | {"weight_kg": 70, "claustrophobia": "yes"}
    said = {"answers": changed, "submit": True, "reasons": {"weight_kg": "Misread."}}
    with pytest.raises(ReasonsNeeded) as refusal:
        save(row, coordinator, 1, **said)
    assert refusal.value.items == ["claustrophobia"]
    said["reasons"] = {"weight_kg": "Misread.", "claustrophobia": "Told at the scanner."}
    entry = save(row, coordinator, 1, **said)
    assert entry.revisions.last().reasons == said["reasons"]


@pytest.fixture
def followed(enter: Enter, coordinator: User) -> FormEntry:
    row = enter(State.ENROLLED)
    return save_form(
        by=coordinator, participant=row, form="follow_up", visit="month_3", answers=SEEN,
        seen_revision=0, submit=True,
    )  # fmt: skip


def test_old_answers_stay_in_their_version_until_somebody_moves_them(
    followed: FormEntry, coordinator: User, data_manager: User
) -> None:
    release_protocol(by=data_manager, version="1.1", reason="Approved by the committee.")
    palsy = SEEN | {"complications": ["facial_palsy"]}
    changed = save_form(
        by=coordinator, participant=followed.participant, form="follow_up", visit="month_3",
        answers=palsy, seen_revision=1, submit=True, reason="Seen again.",
    )  # fmt: skip
    assert (changed.form_version, changed.state) == ("1.0", "submitted")
    with pytest.raises(Invalid, match="Say why"):
        move_to_version(by=coordinator, entry=changed, seen_revision=2, reason=" ")
    moved = move_to_version(by=coordinator, entry=changed, seen_revision=2, reason="To grade it.")
    # The newer version asks for a grade that is not there, so it is a draft again.
    assert (moved.form_version, moved.state) == ("1.1", "draft")
    assert moved.answers == palsy
    assert [row.form_version for row in moved.revisions.all()] == ["1.0", "1.0", "1.1"]
    with pytest.raises(Conflict, match="in force"):
        move_to_version(by=coordinator, entry=moved, seen_revision=3, reason="Again.")


def test_what_still_is_complete_stays_submitted(
    followed: FormEntry, coordinator: User, data_manager: User
) -> None:
    release_protocol(by=data_manager, version="1.1", reason="Approved.")
    moved = move_to_version(by=coordinator, entry=followed, seen_revision=1, reason="All of them.")
    assert (moved.form_version, moved.state) == ("1.1", "submitted")


def test_new_answers_are_captured_in_the_version_in_force(
    enter: Enter, coordinator: User, data_manager: User
) -> None:
    row = enter(State.ENROLLED)
    release_protocol(by=data_manager, version="1.1", reason="Approved.")
    entry = save_form(
        by=coordinator, participant=row, form="follow_up", visit="month_3", answers=SEEN,
        seen_revision=0, submit=True,
    )  # fmt: skip
    assert entry.form_version == "1.1"


def test_those_who_only_read_move_and_undo_nothing(followed: FormEntry, monitor: User) -> None:
    for act in (undo_draft, move_to_version):
        more = {"reason": "x"} if act is move_to_version else {}
        with pytest.raises(NotPermitted):
            act(by=monitor, entry=followed, seen_revision=1, **more)
