"""A person settles what waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from enrollment.journey import State
from enrollment.models import Participant
from imaging import storage
from imaging.models import Held, HeldFile, HeldState, Series
from imaging.services.quarantine import find_held, held_rows, match_held, refuse_held, waiting_for
from studysite.core import jobs
from studysite.core.errors import Invalid, NotPermitted, NotThere, OutOfOrder
from studysite.core.models import Act, User
from tests.conftest import Enter
from tests.imaging.conftest import Bring
from tests.imaging.scans import write_scan


@pytest.fixture
def held(bring: Bring, enrolled: Participant, tmp_path: Path) -> Held:
    """A whole T2 series with a patient ID that nobody has."""
    bring(write_scan(tmp_path, "MISTYPED"))
    return Held.objects.get()


def test_a_matched_scan_is_stored_for_whom_a_person_vouched(
    held: Held, enrolled: Participant, coordinator: User
) -> None:
    intake = match_held(
        by=coordinator, held=held, participant=enrolled, reason="Typed wrong at the scanner."
    )
    jobs.run(intake.job_id)  # type: ignore[arg-type]
    held.refresh_from_db()
    assert (held.state, held.settled_by) == (HeldState.MATCHED, coordinator)
    assert Series.objects.get().participant == enrolled


def test_a_match_keeps_its_reason_in_the_record(
    held: Held, enrolled: Participant, coordinator: User
) -> None:
    match_held(by=coordinator, held=held, participant=enrolled, reason="Typed wrong.")
    act = Act.objects.filter(action="settle_held_scan").get()
    assert (act.subject, act.by, act.reason) == (enrolled.number, coordinator, "Typed wrong.")


def test_a_refused_scan_keeps_its_bytes(held: Held, coordinator: User) -> None:
    refuse_held(by=coordinator, held=held, reason="Not of this study.")
    held.refresh_from_db()
    assert held.state == HeldState.REFUSED
    assert all(storage.unseal(row.sha256) for row in HeldFile.objects.filter(held=held))


@pytest.mark.parametrize("reason", ["", "  "])
def test_settling_needs_a_reason(held: Held, coordinator: User, reason: str) -> None:
    with pytest.raises(Invalid, match="reason"):
        refuse_held(by=coordinator, held=held, reason=reason)


def test_a_settled_scan_is_settled(held: Held, enrolled: Participant, coordinator: User) -> None:
    refuse_held(by=coordinator, held=held, reason="Not of this study.")
    with pytest.raises(OutOfOrder, match="settled"):
        match_held(by=coordinator, held=held, participant=enrolled, reason="After all.")


def test_only_a_coordinator_settles(held: Held, analyst: User, monitor: User) -> None:
    for by in (analyst, monitor):
        with pytest.raises(NotPermitted):
            refuse_held(by=by, held=held, reason="No.")


def test_another_site_knows_nothing_of_it(held: Held, stranger: User) -> None:
    assert not waiting_for(stranger).exists()
    assert not held_rows(by=stranger, state=HeldState.WAITING).exists()
    with pytest.raises(NotThere):
        find_held(by=stranger, pk=held.pk)


def test_quarantine_lies_encrypted(held: Held) -> None:
    digest = held.files.all()[0].sha256
    folder = storage.Path(storage.settings.QUARANTINE_DIR)
    sealed = (folder / digest[:2] / digest).read_bytes()
    assert b"DICM" in storage.unseal(digest)
    assert b"DICM" not in sealed
    assert b"MISTYPED" not in sealed


def test_a_match_to_somebody_not_enrolled_waits_again(
    held: Held, enter: Enter, coordinator: User
) -> None:
    person = enter(State.CONSENTED)
    intake = match_held(by=coordinator, held=held, participant=person, reason="Is hers.")
    jobs.run(intake.job_id)  # type: ignore[arg-type]
    assert waiting_for(coordinator).get().code == "not_enrolled"
