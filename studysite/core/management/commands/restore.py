"""manage.py restore FILE: a study from its backup, into databases that hold none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from studysite.core.audit import verify
from studysite.core.audit.sealing import public_key
from studysite.core.backup.restoring import restore
from studysite.core.backup.taking import DATABASES
from studysite.core.command import REFUSED, StudyCommand
from studysite.core.management.commands.verify_audit import address


class Command(StudyCommand):
    """All or nothing; the trail is proved at the end."""

    help = (
        "Restore the study in FILE into databases that hold none, on either engine, whichever it "
        "was taken from. Run it as the owner of the databases, with the keys of the backup."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where from."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Bring it back, prove the trail, and say what came."""
        with self.progress() as told:
            try:
                back = restore(file, progress=told)
            except OSError as trouble:
                sentence = f"{file} cannot be restored: {trouble.strerror}."
                raise CommandError(sentence, returncode=REFUSED) from trouble
        self.stdout.write(
            f"{back.rows_count} rows and {back.files_count} files restored, as of {back.at}; "
            f"manifest {back.sha256}."
        )
        if back.other_secret:
            self.stderr.write(
                "SECRET_KEY is another than the backup's: everybody enrols a second factor anew."
            )
        sys.stdout.flush()
        codes = [verify.main([address(using), "--key", public_key()]) for using in DATABASES]
        if any(codes):
            raise CommandError("The restored trail does not hold.", returncode=REFUSED)
