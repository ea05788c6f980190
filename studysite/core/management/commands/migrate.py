"""Django's own migrate, and the audit trail put right around it.

Not on the post_migrate signal: SQLite rebuilds a table by dropping it, triggers and all, and
refuses to rename one that another's trigger names. So the triggers come off before the first
migration and are put back after the last, also when one failed; the rows are compared with the
trail before and after. A signal comes too late for the first half, and not at all after a failure.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from studysite.core.audit import install, reconcile
from studysite.core.audit.writer import Kind, Writer, writing

MIGRATION = Writer(Kind.MIGRATION, "migrate", action="migrate", reason="manage.py migrate")
LOOKS_ONLY = ("plan", "check_unapplied")


class Command(migrate.Command):
    """Migrates, and leaves no row outside the trail."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, take the triggers off, migrate, record what changed, put them on again."""
        using = options["database"]
        if any(options[name] for name in LOOKS_ONLY):
            super().handle(*args, **options)
            return
        if install.is_there(using):
            self._refuse_strangers(using)
            with writing(MIGRATION, using=using):
                install.take_off(using)
        try:
            super().handle(*args, **options)
        finally:
            self._put_right(using)

    def _refuse_strangers(self, using: str) -> None:
        """A row that differs already would be taken for the migration's work."""
        with writing(MIGRATION, using=using):
            strange = next(reconcile.differences(using, install.known_tables(using)), None)
        if strange is not None:
            raise CommandError(
                f"Nothing was migrated: {strange} is not as the audit trail has it. "
                "Run manage.py verify_audit.",
                returncode=3,
            )

    def _put_right(self, using: str) -> None:
        if not install.is_there(using):
            return
        tables = install.present(using)
        with writing(MIGRATION, using=using):
            install.take_off(using)
            reconcile.record(using, tables, install.describe(using, tables))
            install.put_on(using, tables)
