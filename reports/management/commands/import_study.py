"""manage.py import_study: a whole study from its ODM export, into a database that holds none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from reports.imports.take_in import take_in
from studysite.core.audit.verify import Checkpoint
from studysite.core.command import REFUSED, StudyCommand


class Command(StudyCommand):
    """Data and trail as they were exported, or a refusal in one sentence."""

    help = (
        "Take in a whole study from an ODM export (1.3.2 or 2.0), into a migrated database that "
        "holds none. Identity, passwords, second factors, scans and documents are in no export."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, and what somebody kept of its trail."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it in and say what came."""
        try:
            held = [
                Checkpoint.from_text(path.read_text(encoding="utf-8"))
                for path in options["checkpoint"]
            ]
            taken = take_in(options["file"], held)
        except (OSError, ValueError) as trouble:
            sentence = f"{options['file']} cannot be read: {trouble}."
            raise CommandError(sentence, returncode=REFUSED) from trouble
        self.stdout.write(
            f"{taken.events_count} events and {taken.rows_count} rows taken in; "
            f"dataset {taken.dataset_sha256}."
        )
