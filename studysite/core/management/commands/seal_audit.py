"""Seals the audit trail now, and lets the checkpoint leave the system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from studysite.core.audit import checkpoints, sealing


class Command(BaseCommand):
    """What the clock does by itself every minute."""

    help = "Seal the audit trail and write its checkpoints; --mail sends them too."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where checkpoints go."""
        parser.add_argument(
            "--out", type=Path, metavar="FOLDER", help="write a file for each trail"
        )
        parser.add_argument("--mail", action="store_true", help="send them to CHECKPOINT_MAIL_TO")

    def handle(self, *args: Any, out: Path | None, mail: bool, **options: Any) -> None:
        """Seal, and print each checkpoint's line."""
        for point in sealing.seal_all():
            self.stdout.write(checkpoints.line(point))
            if out:
                out.mkdir(parents=True, exist_ok=True)
                (out / checkpoints.file_name(point)).write_text(point.as_text(), encoding="utf-8")
        if mail:
            self.stdout.write(f"{checkpoints.mail()} message sent.")
