"""The sealed list: made once, before anybody is enrolled, and shown to nobody."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from enrollment.allocation import read
from enrollment.journey import State
from enrollment.models import AllocationList, AllocationSlot, ArmCount, Enrolment
from enrollment.protocol import loader
from enrollment.services import allocation
from enrollment.services.allocation import AllocationUnreadable, prove_list, seal_list
from enrollment.services.enrolment import enrol
from studysite.core.errors import Conflict, Invalid, NotPermitted, OutOfOrder
from studysite.core.models import Act, User
from tests.conftest import Enter
from tests.enrollment.randomised import randomised

Randomise = Callable[..., None]


@pytest.fixture
def randomise(monkeypatch: pytest.MonkeyPatch) -> Randomise:
    """Draw the arms from now on."""

    def change(**values: int) -> None:
        protocol = randomised(**values)
        monkeypatch.setattr(loader, "versions", lambda name: {protocol.version: protocol})

    return change


@pytest.fixture
def sealed(randomise: Randomise, data_manager: User) -> AllocationList:
    randomise()
    return seal_list(by=data_manager)


def opened(row: AllocationList) -> dict[tuple[str, int], str]:
    return read(allocation._opened(row))


def test_the_arm_is_that_of_the_strata_s_next_slot(
    sealed: AllocationList, enter: Enter, coordinator: User
) -> None:
    arms = opened(sealed)
    for side, position in (("left", 1), ("left", 2), ("right", 1), ("left", 3)):
        row = enter(State.ELIGIBLE, affected_side=side)
        got = enrol(by=coordinator, participant=row)
        assert (got.arm, got.method) == (arms[side, position], "randomised")
        assert (row.allocation_slot.stratum, row.allocation_slot.position) == (side, position)
    prove_list(sealed)


def test_the_digest_is_on_record_and_the_list_is_not(
    sealed: AllocationList, data_manager: User
) -> None:
    act = Act.objects.get(action="seal_allocation")
    assert act.by == data_manager
    assert sealed.sha256 in act.detail
    for arm in (b'"2d"', b'"3d"', b"slots"):
        assert arm not in bytes(sealed.sealed)


def test_there_is_one_list_and_it_comes_before_the_first_enrolment(
    sealed: AllocationList, data_manager: User, enter: Enter, randomise: Randomise
) -> None:
    with pytest.raises(Conflict):
        seal_list(by=data_manager)


def test_nobody_seals_a_list_after_an_enrolment(
    enter: Enter, randomise: Randomise, data_manager: User
) -> None:
    enter(State.ENROLLED)
    randomise()
    with pytest.raises(OutOfOrder):
        seal_list(by=data_manager)


def test_a_study_that_assigns_has_no_list(data_manager: User) -> None:
    with pytest.raises(OutOfOrder):
        seal_list(by=data_manager)


def test_only_the_data_manager_seals(randomise: Randomise, coordinator: User) -> None:
    randomise()
    with pytest.raises(NotPermitted):
        seal_list(by=coordinator)
    assert not AllocationList.objects.exists()


def test_without_a_list_nobody_is_enrolled(
    randomise: Randomise, enter: Enter, coordinator: User
) -> None:
    randomise()
    row = enter(State.ELIGIBLE)
    with pytest.raises(OutOfOrder, match="not sealed yet"):
        enrol(by=coordinator, participant=row)


def test_nobody_names_the_arm(sealed: AllocationList, enter: Enter, coordinator: User) -> None:
    row = enter(State.ELIGIBLE)
    with pytest.raises(Invalid) as refusal:
        enrol(by=coordinator, participant=row, arm="3d", reason="I would like it.")
    assert refusal.value.field == "arm"
    assert not AllocationSlot.objects.exists()


def test_an_exhausted_list_is_one_sentence_and_spends_nothing(
    randomise: Randomise, data_manager: User, enter: Enter, coordinator: User
) -> None:
    randomise(slots=2)
    seal_list(by=data_manager)
    for _count in range(2):
        enrol(by=coordinator, participant=enter(State.ELIGIBLE))
    row = enter(State.ELIGIBLE)
    with pytest.raises(Conflict, match="no slot left") as refusal:
        enrol(by=coordinator, participant=row)
    assert refusal.value.code == "list_exhausted"
    row.refresh_from_db()
    assert row.state == State.ELIGIBLE
    assert AllocationSlot.objects.count() == 2
    enrol(by=coordinator, participant=enter(State.ELIGIBLE, affected_side="right"))


def test_a_slot_of_a_full_arm_is_passed_over_and_never_used(
    sealed: AllocationList, enter: Enter, coordinator: User
) -> None:
    arms = opened(sealed)
    full = arms["left", 1]
    ArmCount.objects.create(arm=full, enrolled=30, target=30)
    due = next(n for n in range(1, 61) if arms["left", n] != full)
    row = enter(State.ELIGIBLE)
    assert enrol(by=coordinator, participant=row).arm != full
    spent = list(AllocationSlot.objects.values_list("position", "participant"))
    assert spent == [*((n, None) for n in range(1, due)), (due, row.pk)]
    prove_list(sealed)


def test_when_every_arm_is_full_the_study_is(
    sealed: AllocationList, enter: Enter, coordinator: User
) -> None:
    for arm in ("2d", "3d"):
        ArmCount.objects.create(arm=arm, enrolled=30, target=30)
    with pytest.raises(Conflict, match="nobody more"):
        enrol(by=coordinator, participant=enter(State.ELIGIBLE))


def test_an_enrolment_that_fails_late_spends_no_slot(
    sealed: AllocationList, enter: Enter, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = enter(State.ELIGIBLE)

    def broken(*_args: object) -> None:
        raise OSError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("enrollment.services.enrolment.about", broken)
        with pytest.raises(OSError, match="full"):
            enrol(by=coordinator, participant=row)
    assert not AllocationSlot.objects.exists()
    assert not Enrolment.objects.exists()
    assert ArmCount.objects.filter(enrolled__gt=0).count() == 0


@pytest.mark.parametrize("change", ["move", "free", "list", "drop"])
def test_the_database_keeps_a_spent_slot_and_the_list(
    sealed: AllocationList, enter: Enter, coordinator: User, change: str
) -> None:
    row = enter(State.ELIGIBLE)
    enrol(by=coordinator, participant=row)
    acts: dict[str, Callable[[], object]] = {
        "move": lambda: AllocationSlot.objects.update(position=9),
        "free": lambda: AllocationSlot.objects.all().delete(),
        "list": lambda: AllocationList.objects.update(sha256="0" * 64),
        "drop": lambda: AllocationList.objects.all()._raw_delete("default"),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        acts[change]()


def test_another_list_or_key_does_not_pass_for_it(
    sealed: AllocationList, enter: Enter, coordinator: User, settings, tmp_path
) -> None:
    forged = AllocationList.objects.get()
    forged.sha256 = "0" * 64
    with pytest.raises(AllocationUnreadable, match="not the one"):
        prove_list(forged)
    row = enter(State.ELIGIBLE)
    enrol(by=coordinator, participant=row)
    wrong = "3d" if row.enrolment.arm == "2d" else "2d"
    Enrolment.objects.update(arm=wrong)
    with pytest.raises(AllocationUnreadable, match=row.number):
        prove_list(sealed)
    settings.ALLOCATION_KEY_FILE = tmp_path / "another"
    with pytest.raises(AllocationUnreadable, match="this key"):
        prove_list(sealed)


def test_the_command_seals_and_proves_and_says_the_digest(
    randomise: Randomise, data_manager: User
) -> None:
    randomise()
    said = io.StringIO()
    call_command("allocation", "seal", "--by", data_manager.username, stdout=said)
    row = AllocationList.objects.get()
    call_command("allocation", "verify", stdout=said)
    first, second = said.getvalue().splitlines()
    assert first == f"sealed: 120 slots, sha256 {row.sha256}"
    assert second == f"proved: 120 slots, 0 spent, {row.algorithm}, sha256 {row.sha256}"


def test_the_command_refuses_with_a_sentence(db: None) -> None:
    for words in (["verify"], ["seal", "--by", "nobody"]):
        said = io.StringIO()
        with pytest.raises(SystemExit) as end:
            call_command("allocation", *words, stderr=said)
        assert (end.value.code, said.getvalue().count("\n")) == (3, 1)
    with pytest.raises(CommandError):
        call_command("allocation")


def test_no_page_and_no_answer_opens_the_list(
    sealed: AllocationList,
    enter: Enter,
    coordinator: User,
    data_manager: User,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is never opened tells nothing; and its bytes as they are sealed are in no answer."""
    one = f"/participants/{enter(State.ELIGIBLE).number}/"
    early = f"/participants/{enter(State.CONSENTED).number}/enrol/"

    def opening(row: AllocationList) -> bytes:
        raise AssertionError("opened")

    monkeypatch.setattr(allocation, "_opened", opening)
    pages = ["/", "/participants/", one, f"{one}enrol/", "/allocation/", "/unblindings/"]
    pages += [f"/api/v1/{name}/" for name in ("allocation", "protocol", "unblindings")]
    for user in (coordinator, data_manager):
        client.force_login(user)
        for page in pages:
            assert bytes(sealed.sealed)[:16].hex() not in client.get(page).content.decode()
    client.force_login(coordinator)
    assert client.post(f"{one}enrol/", {"confirmed": ""}).status_code == 422
    assert client.post(early, {"confirmed": "on"}).status_code == 409
    with pytest.raises(AssertionError, match="opened"):
        client.post(f"{one}enrol/", {"confirmed": "on"})


def test_a_coordinator_enrols_from_the_page_without_naming_an_arm(
    sealed: AllocationList, enter: Enter, coordinator: User, client: Client
) -> None:
    row = enter(State.ELIGIBLE)
    client.force_login(coordinator)
    url = f"/participants/{row.number}/enrol/"
    page = client.get(url).content.decode()
    assert "sealed list" in page
    assert 'name="arm"' not in page
    assert client.post(url, {"confirmed": "on"}).status_code == 302
    assert Enrolment.objects.get().arm == opened(sealed)["left", 1]
