"""What every command of ours answers with: 0 done, 2 wrong usage, 3 refused, 1 anything else."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studysite.core.errors import StudyError

WRONG_USAGE = 2
REFUSED = 3


class StudyCommand(BaseCommand):
    """A refusal is one sentence on standard error and exit code 3, whether the command raises it as
    CommandError with that code or a service raises it as StudyError."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; Django's own would put the error's class before its sentence."""
        try:
            return self._refusing(*args, **options)
        except CommandError as refusal:
            if not getattr(self, "_called_from_command_line", False):
                raise
            self.stderr.write(str(refusal))
            sys.exit(refusal.returncode)

    def _refusing(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except StudyError as refusal:
            raise CommandError(str(refusal), returncode=REFUSED) from refusal
