"""A command that is refused says one sentence and nothing else."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError

from studysite.core.command import REFUSED, WRONG_USAGE, StudyCommand
from studysite.core.errors import Invalid


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
