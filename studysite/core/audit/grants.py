"""Who may do what on PostgreSQL. The owner migrates; the application changes rows, and of the trail
it can only read and append seals (its events come from the triggers, which run as the owner); the
auditor reads."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import router

from studysite.core.audit.install import APPENDED
from studysite.core.audit.sqlite import quote

# The application appends these itself; events only the triggers append.
SEALS = ("audit_leaf", "audit_checkpoint")


def statements(using: str, *, application: str, auditor: str) -> Iterator[str]:
    """The SQL for a database, in order."""
    app, reader = quote(application), quote(auditor)
    trail = {model._meta.db_table for model in APPENDED}
    yield "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {app}, {reader}"
    yield f"GRANT USAGE ON SCHEMA public TO {app}, {reader}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {app}, {reader}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {app}"
    for table in sorted(_tables(using) - trail):
        yield f"GRANT INSERT, UPDATE, DELETE ON {quote(table)} TO {app}"
    for table in SEALS:
        yield f"GRANT INSERT ON {quote(table)} TO {app}"


def _tables(using: str) -> set[str]:
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and router.allow_migrate_model(using, model)
    }
