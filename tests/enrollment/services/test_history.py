"""Answers from before: checked by the rules of the pages, taken in whole or not at all."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from enrollment.journey import State
from enrollment.models import FormEntry, FormRevision, Query
from enrollment.services.history import SheetRefused, check_sheet, import_sheet
from studysite.core.errors import Invalid, NotPermitted
from studysite.core.models import Act, User
from studysite.core.roles import Action
from tests.api.calls import call
from tests.conftest import Enter

HEAD = (
    "participant,visit,form_version,pacemaker,metal_implant,claustrophobia,pregnancy_test,weight_kg"
)
GOOD = "no,no,no,not_applicable,64.5"
WHY = "Paper forms of 2019"


def sheet(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows]).encode()


def entries() -> int:
    return FormEntry.objects.count() + FormRevision.objects.count()


def taken(by: User, content: bytes) -> int:
    return import_sheet(by=by, form="mri_safety", content=content, reason=WHY)


def test_every_problem_is_listed_by_row_and_column(
    enter: Enter, coordinator: User, other_site: object
) -> None:
    one, filled = enter(State.CONSENTED), enter(State.ENROLLED)
    before = entries()
    content = sheet(
        f"{one.number},screening,1.0,perhaps,no,no,not_applicable,900",
        f"NOBODY-1,screening,1.0,{GOOD}",
        f"{one.number},surgery,,{GOOD}",
        f"{filled.number},screening,,{GOOD}",
        f"{one.number},screening,0.9,{GOOD}",
        f"{enter(State.SCREENED).number},screening,,{GOOD}",
    )
    checked = check_sheet(by=coordinator, form="mri_safety", content=content, reason=WHY)
    found = [(each.row, each.column) for each in checked.problems]
    assert found == [
        (2, "pacemaker"), (2, "weight_kg"), (3, "participant"), (4, "visit"), (5, "participant"),
        (6, "form_version"), (6, "participant"), (7, "participant"),
    ]  # fmt: skip
    said = {(each.row, each.column): each.sentence for each in checked.problems}
    assert said[2, "pacemaker"] == "This is not one of the answers."
    assert said[3, "participant"] == "There is no participant NOBODY-1."
    assert said[5, "participant"] == "This form is filled in already."
    assert said[6, "participant"] == "The same form of the same participant stands in row 2."
    assert checked.count == 6
    assert entries() == before


def test_a_sheet_with_one_problem_leaves_nothing(enter: Enter, coordinator: User) -> None:
    rows = [f"{enter(State.CONSENTED).number},screening,,{GOOD}" for _ in range(2)]
    before = entries()
    with pytest.raises(SheetRefused, match="1 problem, the first in row 4") as refusal:
        taken(coordinator, sheet(*rows, f"NOBODY-1,screening,,{GOOD}"))
    assert [each.row for each in refusal.value.problems] == [4]
    assert entries() == before


def test_a_good_sheet_is_looked_at_first_and_then_taken_in(enter: Enter, coordinator: User) -> None:
    numbers = [enter(State.CONSENTED).number for _ in range(3)]
    content = sheet(*(f"{number},screening,,{GOOD}" for number in numbers))
    before = entries()
    checked = check_sheet(by=coordinator, form="mri_safety", content=content, reason=WHY)
    assert (checked.count, checked.problems, entries()) == (3, [], before)
    assert taken(coordinator, content) == 3
    rows = FormEntry.objects.filter(form="mri_safety", participant__number__in=numbers)
    assert {(row.state, row.answers["weight_kg"], row.by) for row in rows} == {
        ("submitted", 64.5, coordinator)
    }
    act = Act.objects.filter(action=Action.IMPORT_FORMS.value).latest("at")
    assert (act.reason, act.outcome) == (WHY, "done")


def test_an_unlikely_answer_is_kept_with_the_reason_of_the_import(
    enter: Enter, coordinator: User
) -> None:
    number = enter(State.CONSENTED).number
    taken(coordinator, sheet(f"{number},screening,,no,no,no,not_applicable,190"))
    (query,) = Query.objects.filter(participant__number=number)
    assert query.name == "weight_kg"
    (note,) = FormEntry.objects.get(participant__number=number, form="mri_safety").remarks
    assert note["reason"] == WHY


def test_it_needs_a_reason_a_form_of_people_and_the_role(
    enter: Enter, coordinator: User, monitor: User
) -> None:
    content = sheet(f"{enter(State.CONSENTED).number},screening,,{GOOD}")
    with pytest.raises(Invalid, match="come from"):
        import_sheet(by=coordinator, form="mri_safety", content=content, reason=" ")
    with pytest.raises(Invalid, match="not taken in"):
        check_sheet(by=coordinator, form="neurovascular_read", content=content, reason=WHY)
    with pytest.raises(NotPermitted):
        taken(monitor, content)


def test_the_page_checks_then_takes_in_what_it_checked(enter: Enter, coordinator: User) -> None:
    client = Client()
    client.force_login(coordinator)
    number = enter(State.CONSENTED).number
    good, bad = f"{number},screening,,{GOOD}", f"NOBODY-1,screening,,{GOOD}"
    given = {"form": "mri_safety", "reason": WHY, "check": "1"}
    refused = client.post("/import/", given | {"file": SimpleUploadedFile("s.csv", sheet(bad))})
    assert "There is no participant NOBODY-1." in refused.content.decode()
    looked = client.post("/import/", given | {"file": SimpleUploadedFile("s.csv", sheet(good))})
    assert "1 row has no problem" in looked.content.decode()
    kept = looked.context["form"].initial["content"]
    del given["check"]
    assert client.post("/import/", given | {"content": kept}).status_code == 302
    assert FormEntry.objects.filter(participant__number=number).exists()
    assert client.post("/import/", given).status_code == 422


def test_the_api_and_the_command_do_the_same(
    enter: Enter, coordinator: User, tmp_path: Path
) -> None:
    one, two = enter(State.CONSENTED).number, enter(State.CONSENTED).number
    bad = sheet(f"NOBODY-1,screening,,{GOOD}").decode()
    body = {"form": "mri_safety", "reason": WHY, "dry_run": False}
    told = call(coordinator, "POST", "sheets/", {**body, "content": bad}).json()
    assert (told["taken_in"], told["problems"][0]["row"]) == (False, 2)
    good = sheet(f"{one},screening,,{GOOD}").decode()
    told = call(coordinator, "POST", "sheets/", {**body, "content": good}).json()
    assert told == {"rows": 1, "taken_in": True, "problems": []}
    path, out = tmp_path / "sheet.csv", StringIO()
    path.write_text(bad)
    given = ["import_forms", "mri_safety", str(path), "--by", coordinator.username, "--reason", WHY]
    with pytest.raises(CommandError) as refusal:
        call_command(*given, stdout=out)
    assert refusal.value.returncode == 3
    assert "row 2\tparticipant\tThere is no participant NOBODY-1." in out.getvalue()
    path.write_bytes(sheet(f"{two},screening,,{GOOD}"))
    call_command(*given, "--dry-run", stdout=out)
    assert not FormEntry.objects.filter(participant__number=two).exists()
    call_command(*given, stdout=out)
    assert FormEntry.objects.filter(participant__number=two).exists()
