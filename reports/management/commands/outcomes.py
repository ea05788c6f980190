"""manage.py outcomes: per-arm outcomes, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from enrollment.models import Participant
from reports.catalog.case_summary import LANGUAGES
from reports.catalog.outcomes import in_short, render
from reports.outcomes.document import as_json, document_of
from reports.outcomes.filters import Filters
from studysite.core.acts import acting
from studysite.core.command import REFUSED, StudyCommand
from studysite.core.disk import write_whole
from studysite.core.roles import Action
from studysite.core.said import said


class Command(StudyCommand):
    """Writes the outcomes to files; without one, says them in short."""

    help = "Compute the study's outcomes per arm. Arms are withheld until the study is locked."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, in which language."""
        parser.add_argument("--json", type=Path, help="the file of numbers to write")
        parser.add_argument("--pdf", type=Path, help="the report to write")
        parser.add_argument("--language", choices=sorted(LANGUAGES), default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute, write, say; a refusal is one sentence and exit code 3."""
        document = document_of(Participant.objects.all(), Filters())
        for line in in_short(document, options["language"]):
            self.stdout.write(line)
        if options["json"]:
            self._write(options["json"], as_json(document))
        if options["pdf"]:
            pdf = render(document, language=options["language"])
            self._write(options["pdf"], pdf.content)

    def _write(self, path: Path, content: bytes) -> None:
        try:
            with acting(None, Action.MAKE_OUTCOMES, detail=said("From the shell")):
                write_whole(path, content)
        except OSError as trouble:
            sentence = f"{path} cannot be written: {trouble.strerror}."
            raise CommandError(sentence, returncode=REFUSED) from trouble
        self.stdout.write(str(path))
