"""Prints the SQL that parts the owner, the application and the auditor on PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections, transaction

from studysite.core.audit.grants import statements


class Command(BaseCommand):
    """To be run by the owner with psql, after each migration."""

    help = "Print the SQL for the database roles: owner (migrates), application, auditor."

    def add_arguments(self, parser: CommandParser) -> None:
        """The roles' names; they must exist."""
        parser.add_argument("--database", default="default")
        parser.add_argument("--application", default="study_app")
        parser.add_argument("--auditor", default="study_auditor")
        parser.add_argument("--apply", action="store_true", help="run it instead, as the owner")

    def handle(
        self, *args: Any, database: str, application: str, auditor: str, **options: Any
    ) -> None:
        """One statement a line."""
        said = statements(database, application=application, auditor=auditor)
        if not options["apply"]:
            for statement in said:
                self.stdout.write(f"{statement};")
            return
        with transaction.atomic(using=database), connections[database].cursor() as cursor:
            for statement in said:
                cursor.execute(statement)
