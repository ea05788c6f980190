"""manage.py export_study: the study as a file that other systems read, without a server."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from reports.exports.formats import FORMATS, Written, write_export
from reports.exports.scope import everything
from studysite.core.acts import acting
from studysite.core.command import REFUSED, StudyCommand
from studysite.core.models import Act
from studysite.core.roles import Action
from studysite.core.said import said


class Command(StudyCommand):
    """Writes the whole study to a file; that it left is kept."""

    help = "Export the study with its audit trail, queries and signatures. Identity stays."

    def add_arguments(self, parser: CommandParser) -> None:
        """In which format, where to."""
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))
        parser.add_argument("--out", required=True, type=Path, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say what it is; a refusal is one sentence and exit code 3."""
        form, path = FORMATS[options["format"]], options["out"]

        def recorded(written: Written) -> AbstractContextManager[Act]:
            detail = said(
                "Exported as %(format)s from the shell, sha256 %(sha256)s",
                format=form.label,
                sha256=written.sha256,
            )
            return acting(None, Action.EXPORT.value, detail=detail)

        try:
            written = write_export(path, form, everything(), self._tell, recorded)
        except OSError as trouble:
            sentence = f"{path} cannot be written: {trouble.strerror}."
            raise CommandError(sentence, returncode=REFUSED) from trouble
        self._tell(1.0)
        self.stdout.write(f"{path}: sha256 {written.sha256}")
        self.stdout.write(written.head.description)

    def _tell(self, share: float) -> None:
        """How far it is, where somebody looks on."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{share:4.0%}", ending="\n" if share >= 1 else "")
