"""Prints the SQL that parts the owner, the application and the auditor on PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from studysite.core.audit.grants import statements


class Command(BaseCommand):
    """To be run by the owner with psql, after each migration."""

    help = "Print the SQL for the database roles: owner (migrates), application, auditor."

    def add_arguments(self, parser: CommandParser) -> None:
        """The roles' names; they must exist."""
        parser.add_argument("--database", default="default")
        parser.add_argument("--application", default="study_app")
        parser.add_argument("--auditor", default="study_auditor")

    def handle(
        self, *args: Any, database: str, application: str, auditor: str, **options: Any
    ) -> None:
        """One statement a line."""
        for statement in statements(database, application=application, auditor=auditor):
            self.stdout.write(f"{statement};")
