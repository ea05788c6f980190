"""A command that is refused says one sentence and nothing else."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

import manage
from studysite.core.audit.writer import nobody
from studysite.core.command import REFUSED, WRONG_USAGE, StudyCommand
from studysite.core.errors import Invalid
from studysite.core.models import Membership, User
from studysite.core.roles import Role


class Refusing(StudyCommand):
    """A command that does nothing but refuse."""

    requires_system_checks: list[str] = []
    trouble: Exception

    def handle(self, *args: Any, **options: Any) -> None:
        raise self.trouble


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (CommandError("Two nerves.", returncode=WRONG_USAGE), 2),
        (CommandError("Too thick.", returncode=REFUSED), 3),
        (Invalid("Too thick."), 3),
        (CommandError("Broken."), 1),
    ],
)
def test_a_shell_reads_the_sentence_and_the_code(trouble: Exception, code: int) -> None:
    said = StringIO()
    command = Refusing(stderr=said)
    command.trouble, command._called_from_command_line = trouble, True  # type: ignore[attr-defined]
    with pytest.raises(SystemExit) as ended:
        command.execute(force_color=False, no_color=True, skip_checks=True)
    assert (said.getvalue(), ended.value.code) == (f"{trouble}\n", code)


def test_a_caller_in_python_gets_the_error() -> None:
    command = Refusing()
    command.trouble = Invalid("Too thick.")
    with pytest.raises(CommandError, match="Too thick"):
        command.execute(force_color=False, no_color=True, skip_checks=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["createsuperuser", "--noinput", "--username", "root", "--email", "root@example.org"],
        ["loaddata", "people.json"],
    ],
)
def test_a_command_that_writes_for_nobody_is_told_who_may(
    db: None,
    arguments: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    fields = {"username": "wang", "password": "x", "printed_name": "Wang"}
    row = {"model": "core.user", "pk": 7, "fields": fields}
    Path("people.json").write_text(json.dumps([row]))
    with nobody(), transaction.atomic(), pytest.raises(SystemExit) as ended:
        manage.main(["manage.py", *arguments])
    assert ended.value.code == REFUSED
    said = capsys.readouterr().err
    assert "add_administrator" in said
    assert "Traceback" not in said
    assert not User.objects.exists()


def test_another_fault_of_the_database_keeps_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: list[str]) -> None:
        raise DatabaseError("disk I/O error")

    monkeypatch.setattr(manage, "execute_from_command_line", fail)
    with pytest.raises(DatabaseError, match="disk"):
        manage.main(["manage.py", "check"])


def test_the_first_administrator_is_made_from_the_shell(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("calm-cistern-2026\n"))
    call_command(
        "add_administrator", "xu", printed_name="Xu Bo", site="XJ", site_name="Hospital",
        stdout=StringIO(),
    )  # fmt: skip
    user = User.objects.get()
    assert user.check_password("calm-cistern-2026")
    assert Membership.objects.filter(user=user, role=Role.ADMINISTRATOR, site__code="XJ").exists()


@pytest.mark.parametrize("port", ["0", "65536", "abc", "-1", "²"])
def test_a_port_that_is_none_is_wrong_usage(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, option in (
        ("serve", "--port"),
        ("serve", "--dicom-port"),
        ("receive_dicom", "--port"),
    ):
        with pytest.raises(SystemExit) as ended:
            manage.main(["manage.py", name, f"{option}={port}"])
        assert ended.value.code == WRONG_USAGE
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit) as ended:
        call_command("demo")
    assert ended.value.code == WRONG_USAGE
    assert "from 1 to 65535" in capsys.readouterr().err


def test_a_library_that_the_machine_lacks_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: list[str]) -> None:
        # As cffi says it, through WeasyPrint.
        raise OSError("cannot load library 'libpango-1.0-0': no such file. Additionally, ctypes")

    monkeypatch.setattr(manage, "execute_from_command_line", fail)
    with pytest.raises(SystemExit) as ended:
        manage.main(["manage.py", "check"])
    assert ended.value.code == REFUSED
    assert capsys.readouterr().err == (
        "The system library libpango-1.0-0 is missing; make setup installs it.\n"
    )
