"""Prints the conformance statement, made of what the code does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from imaging.dicom.conformance_text import as_markdown


class Command(BaseCommand):
    """`docs/dicom-conformance.md` is its output; a test holds the two together."""

    help = "Print the DICOM conformance statement as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(as_markdown(), ending="")
