"""A filled study goes back to the tables of an earlier version and on again, and a backup of that
version is restored by this one: no row, trigger or event is lost on the way."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from enrollment.models import Participant
from studysite.core.audit import install, sealing, verify
from studysite.core.backup import rows, versions
from studysite.core.backup.restoring import restore
from studysite.core.backup.taking import take
from studysite.core.management.commands.verify_audit import address
from tests.faults.long import long_only
from tests.studysite.backup import place, random_study
from tests.studysite.backup.conftest import Somewhere

OURS = ("core", "enrollment", "imaging", "reports")
ALIASES = ("default", "vault")


def earlier(app: str) -> str:
    """The migration before an app's last one."""
    graph = MigrationLoader(None).graph
    last = graph.leaf_nodes(app)[0]
    before = [parent.key for parent in graph.node_map[last].parents if parent.key[0] == app]
    return before[0][1]


def go_back() -> None:
    """Each of our apps by one migration."""
    for alias in ALIASES:
        for app in reversed(OURS):
            call_command("migrate", app, earlier(app), database=alias, verbosity=0)


def applied(alias: str) -> set[tuple[str, str]]:
    """The migrations of a database."""
    return set(MigrationRecorder(connections[alias]).applied_migrations())


def require_whole() -> None:
    """Triggers on, trail proved."""
    for alias in ALIASES:
        assert install.faults(alias) == []
        assert verify.verify(address(alias), [], sealing.public_key())[0] == []


def survivors(alias: str) -> dict[str, int]:
    """How many rows each table has, but those that migrations and the trail write."""
    counts = {table: len(found) for table, found in place.rows_of(alias).items()}
    own = (*place.TRAIL, "django_content_type", "auth_permission", "core_act")
    return {table: count for table, count in counts.items() if table not in own}


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=long_only)])
def test_the_tables_of_the_version_before_and_of_this_one(
    somewhere: Somewhere, engine: str
) -> None:
    filled, after = somewhere(engine, "filled"), somewhere("sqlite", "after", bare=True)
    with filled.here():
        random_study.fill(7)
        sealing.seal_all()
        counts, sealed = survivors("default"), sealing.newest("default")
        go_back()
        old = {alias: applied(alias) for alias in ALIASES}
        assert old["default"] < set(MigrationLoader(None).disk_migrations)
        take(filled.folder / "old.backup", models=versions.registry_of(old["default"]))
        for alias in ALIASES:
            call_command("migrate", database=alias, verbosity=0)
        require_whole()
        people = Participant.objects.count()
        known = {one.table for one in rows.tables("default", versions.registry_of(old["default"]))}
        now = survivors("default")
        assert {name: n for name, n in counts.items() if name in known} == {
            name: n for name, n in now.items() if name in known
        }
        assert sealed is not None
        held = filled.folder / "point.json"
        held.write_text(sealed.as_text())
        assert verify.verify(address("default"), [str(held)], sealing.public_key())[0] == []
    with after.here():
        restore(filled.folder / "old.backup")
        require_whole()
        assert applied("default") == set(MigrationLoader(None).disk_migrations)
        assert Participant.objects.count() == people
        held.write_text(sealed.as_text())
        assert verify.verify(address("default"), [str(held)], sealing.public_key())[0] == []
