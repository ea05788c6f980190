"""manage.py import_forms: answers from before, from a sheet, in a person's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from enrollment.services.history import SheetRefused, check_sheet, forms_for_sheets, import_sheet
from studysite.core.command import REFUSED, StudyCommand
from studysite.core.models import User


class Command(StudyCommand):
    """Every problem by row and column on standard output; nothing is taken in while one is left."""

    help = "Take in a CSV sheet of one form, whole or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which form, which file, who, why."""
        parser.add_argument("form", choices=[each.key for each in forms_for_sheets()])
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="USERNAME")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--dry-run", action="store_true", help="only look")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, or take it in."""
        by = User.objects.filter(username=options["by"], is_active=True).first()
        if by is None:
            raise CommandError(f"There is no account {options['by']}.", returncode=REFUSED)
        try:
            content = options["file"].read_bytes()
        except OSError as trouble:
            sentence = f"{options['file']} cannot be read: {trouble.strerror}."
            raise CommandError(sentence, returncode=REFUSED) from trouble
        sheet = {"form": options["form"], "content": content, "reason": options["reason"]}
        if options["dry_run"]:
            checked = check_sheet(by=by, **sheet)
            self._list(checked.problems)
            self.stdout.write(f"{checked.count} rows, {len(checked.problems)} problems.")
            return
        try:
            count = import_sheet(by=by, **sheet)
        except SheetRefused as refusal:
            self._list(refusal.problems)
            raise
        self.stdout.write(f"{count} rows were taken in.")

    def _list(self, problems: list[Any]) -> None:
        for each in problems:
            self.stdout.write(f"row {each.row}\t{each.column}\t{each.sentence}")
