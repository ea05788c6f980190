"""manage.py case_summary: the PDF of one participant, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from enrollment.models import Participant
from reports.case.content import case_of
from reports.catalog.case_summary import CHOICES
from reports.services.case_summary import render_case
from studysite.core.acts import acting
from studysite.core.command import REFUSED, StudyCommand
from studysite.core.disk import write_whole
from studysite.core.roles import Action
from studysite.core.said import said


class Command(StudyCommand):
    """Writes a case summary to a file."""

    help = "Write the case summary of a participant as a PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which participant, where to, in which language."""
        parser.add_argument("participant", help="subject number")
        parser.add_argument("--pdf", required=True, type=Path, help="the file to write")
        parser.add_argument("--language", choices=sorted(CHOICES), default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and say where it is; a refusal is one sentence and exit code 3."""
        number, path = options["participant"], options["pdf"]
        participant = Participant.objects.filter(number=number).first()
        if participant is None:
            raise CommandError(f"There is no participant {number}.", returncode=REFUSED)
        try:
            # Setting the pages takes seconds, in which nobody else could write.
            pdf = render_case(case_of(participant), options["language"])
            with acting(
                None, Action.MAKE_CASE_SUMMARY, subject=number, detail=said("From the shell")
            ):
                write_whole(path, pdf.content)
        except OSError as trouble:
            sentence = f"{path} cannot be written: {trouble.strerror}."
            raise CommandError(sentence, returncode=REFUSED) from trouble
        self.stdout.write(f"{path}: {pdf.pages_count} pages")
