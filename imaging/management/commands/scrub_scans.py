"""Reads every stored scan again, as the clock does once a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from imaging.services import scrubbing
from studysite.core.command import REFUSED, StudyCommand


class Command(StudyCommand):
    """Exit code 3 where a file is missing or changed; each is named."""

    help = "Re-hash every stored scan and report what is missing or changed."

    def handle(self, *args: Any, **options: Any) -> None:
        """One round."""
        check = scrubbing.scrub()
        for fault in check.faults:
            self.stdout.write(f"{fault['what']}: {fault['sha256']}")
        self.stdout.write(f"{check.files_count} files read, {len(check.faults)} wrong.")
        if check.faults:
            raise CommandError(
                f"{len(check.faults)} stored files are not what they were.", returncode=REFUSED
            )
