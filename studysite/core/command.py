"""What every command of ours answers with: 0 done, 2 wrong usage, 3 refused, 1 anything else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studysite.core.errors import StudyError

WRONG_USAGE = 2
REFUSED = 3
SAID_EVERY_SECONDS = 0.2


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

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Say how far long work is, on one line of a terminal; to nobody where there is none."""
        if not sys.stderr.isatty():
            yield lambda _words: None
            return
        last = 0.0

        def tell(words: str) -> None:
            nonlocal last
            if time.monotonic() - last >= SAID_EVERY_SECONDS:
                last = time.monotonic()
                sys.stderr.write(f"\r\x1b[K{words}")
                sys.stderr.flush()

        try:
            yield tell
        finally:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
