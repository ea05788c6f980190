"""manage.py backup FILE: the study as one file, while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from studysite.core.backup.taking import take
from studysite.core.command import REFUSED, StudyCommand


class Command(StudyCommand):
    """Everything but the keys, which lie elsewhere and are copied elsewhere."""

    help = (
        "Write a backup of everything into FILE: rows, files and trail, as they are at one moment, "
        "while the study runs. The keys are named in it and are not in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Take it, and say what it holds."""
        with self.progress() as told:
            try:
                taken = take(file, progress=told)
            except OSError as trouble:
                sentence = f"{file} cannot be written: {trouble.strerror}."
                raise CommandError(sentence, returncode=REFUSED) from trouble
        self.stdout.write(
            f"{taken.rows_count} rows and {taken.files_count} files in {file} "
            f"({taken.bytes_count} bytes); manifest {taken.sha256}."
        )
