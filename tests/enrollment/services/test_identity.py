"""Each look at an identity stays on record."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from enrollment import vault
from enrollment.journey import State
from enrollment.models import Identity, Participant
from enrollment.services.identity import erase_identity, rotate_vault_key, see_identity
from studysite.core.acts import acting
from studysite.core.audit.writer import carrying
from studysite.core.errors import Invalid, NotPermitted, NotThere, OutOfOrder
from studysite.core.keys import key_from_file
from studysite.core.models import Act, User
from tests.conftest import Enter


def test_a_look_is_recorded_with_its_reason(enter: Enter, monitor: User) -> None:
    row = enter()
    known = see_identity(by=monitor, participant=row, reason="Source data verification.")
    assert known.name == "Zhang San 1"
    act = Act.objects.get(action="see_identity")
    assert (act.by, act.subject, act.reason) == (monitor, row.number, "Source data verification.")
    assert "Zhang" not in act.detail


def test_nobody_looks_without_a_reason(enter: Enter, monitor: User) -> None:
    with pytest.raises(Invalid):
        see_identity(by=monitor, participant=enter(), reason=" ")


def test_a_data_manager_sees_no_identity(enter: Enter, data_manager: User) -> None:
    with pytest.raises(NotPermitted):
        see_identity(by=data_manager, participant=enter(), reason="Curious.")


def erased(by: User, row: Participant, **change: str) -> None:
    said = {"typed": row.number, "reason": "The participant asked for it."} | change
    erase_identity(by=by, participant=row, **said)


def test_an_erased_identity_is_gone_and_the_record_stays(
    enter: Enter, data_manager: User, monitor: User
) -> None:
    row = enter(State.WITHDRAWN)
    before = set(Act.objects.filter(subject=row.number).values_list("pk", flat=True))
    erased(data_manager, row)
    with pytest.raises(NotThere):
        see_identity(by=monitor, participant=row, reason="Source data verification.")
    assert before <= set(Act.objects.values_list("pk", flat=True))
    act = Act.objects.get(action="erase_identity")
    assert (act.by, act.subject) == (data_manager, row.number)
    row.refresh_from_db()
    assert row.state == State.WITHDRAWN
    with pytest.raises(OutOfOrder):
        erased(data_manager, row)


@pytest.mark.parametrize(
    ("change", "field"), [({"typed": "XA-999"}, "typed"), ({"reason": " "}, "reason")]
)
def test_an_erasure_takes_the_number_and_a_reason(
    enter: Enter, data_manager: User, change: dict[str, str], field: str
) -> None:
    row = enter(State.WITHDRAWN)
    with pytest.raises(Invalid) as refusal:
        erased(data_manager, row, **change)
    assert refusal.value.field == field
    assert vault.is_known(row.number)


@pytest.mark.parametrize("state", [State.SCREENED, State.ENROLLED, State.MEASURED])
def test_whoever_still_takes_part_is_not_forgotten(
    enter: Enter, data_manager: User, state: State
) -> None:
    row = enter(state)
    with pytest.raises(OutOfOrder):
        erased(data_manager, row)
    assert vault.is_known(row.number)


def test_a_coordinator_erases_nothing(enter: Enter, coordinator: User) -> None:
    with pytest.raises(NotPermitted):
        erased(coordinator, enter(State.WITHDRAWN))


def test_the_page_erases_and_says_so(enter: Enter, data_manager: User, client: Client) -> None:
    row = enter(State.WITHDRAWN)
    client.force_login(data_manager)
    url = f"/participants/{row.number}/identity/erase/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"typed": "no", "reason": "Asked."}).status_code == 422
    answer = client.post(url, {"typed": row.number, "reason": "Asked."}, follow=True)
    assert "is erased" in answer.content.decode()
    assert not vault.is_known(row.number)


def test_another_master_key_takes_over_and_the_old_one_opens_nothing(
    enter: Enter, administrator: User, settings, tmp_path: Path
) -> None:
    row = enter()
    old, new = settings.VAULT_KEY_FILE, tmp_path / "new"
    said = io.StringIO()
    command = ("rotate_vault_key", "--new", str(new), "--by", administrator.username)
    call_command(*command, stdout=said)
    assert said.getvalue().startswith("1 identities open with")
    with pytest.raises(vault.VaultError):
        vault.reveal(row.number)
    settings.VAULT_KEY_FILE = new
    assert vault.reveal(row.number).name == "Zhang San 1"
    assert vault.number_of("H000001", "XA") == row.number
    assert key_from_file(old) != key_from_file(new)
    assert Act.objects.get(action="rotate_vault_key").by == administrator


def test_a_rotation_that_fails_half_way_changes_nothing(
    enter: Enter, administrator: User, settings, tmp_path: Path
) -> None:
    first, second = enter(), enter()
    kept = bytes(Identity.objects.get(number=second.number).sealed)
    write_sealed(administrator, second, b"x" * 40)
    old = key_from_file(settings.VAULT_KEY_FILE)
    with pytest.raises(vault.VaultError):
        rotate_vault_key(by=administrator, old=old, new=b"n" * 32)
    write_sealed(administrator, second, kept)
    assert vault.reveal(first.number).name == "Zhang San 1"
    assert vault.reveal(second.number).name == "Zhang San 2"


def write_sealed(by: User, row: Participant, content: bytes) -> None:
    with acting(by, "test"), carrying("vault"):
        Identity.objects.filter(number=row.number).update(sealed=content)


def test_the_command_refuses_in_one_sentence(
    enter: Enter, administrator: User, coordinator: User, tmp_path: Path, settings
) -> None:
    enter()
    for by, new in (
        ("nobody", tmp_path / "new"),
        (coordinator.username, tmp_path / "new"),
        (administrator.username, settings.VAULT_KEY_FILE),
    ):
        said = io.StringIO()
        with pytest.raises(SystemExit) as end:
            call_command("rotate_vault_key", "--new", str(new), "--by", by, stderr=said)
        assert (end.value.code, said.getvalue().count("\n")) == (3, 1)
