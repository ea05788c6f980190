"""The trail stays on: at the start, over migrations, for each role of the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from studysite.core.audit import checkpoints, readiness, sealing
from studysite.core.audit.grants import statements
from studysite.core.audit.verify import Checkpoint
from studysite.core.audit.writer import writing
from studysite.core.models import AuditEvent, Site
from tests import audit
from tests.engines import connected_to
from tests.studysite.audit.rows import saved

OURS = {"databases": ["default"]}


def test_a_start_without_a_trigger_is_refused(engine: str, monkeypatch) -> None:
    monkeypatch.setattr(readiness, "connections", ["default"])
    readiness.refuse_without_trail()
    assert readiness.the_trail_is_whole(**OURS) == []
    name = "audit_delete_core_site" if engine == "sqlite" else "audit_rows ON core_site"
    connection.cursor().execute(f"DROP TRIGGER {name}")
    with pytest.raises(ImproperlyConfigured, match=r"is missing\."):
        readiness.refuse_without_trail()
    assert len(readiness.the_trail_is_whole(**OURS)) == 1


def test_a_trigger_that_was_changed_is_told(engine: str, monkeypatch) -> None:
    monkeypatch.setattr(readiness, "connections", ["default"])
    with connection.cursor() as cursor:
        if engine == "sqlite":
            cursor.execute("DROP TRIGGER audit_insert_core_site")
            cursor.execute(
                "CREATE TRIGGER audit_insert_core_site AFTER INSERT ON core_site "
                "BEGIN SELECT 1; END"
            )
        else:
            cursor.execute("ALTER TABLE core_site DISABLE TRIGGER audit_rows")
    with pytest.raises(ImproperlyConfigured, match="differs from what it should be"):
        readiness.refuse_without_trail()


def test_a_function_that_does_nothing_is_told(engine: str, monkeypatch) -> None:
    if engine == "sqlite":
        pytest.skip("Its triggers hold their own text.")
    monkeypatch.setattr(readiness, "connections", ["default"])
    connection.cursor().execute(
        "CREATE OR REPLACE FUNCTION audit_of_core_site() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN NULL; END $$"
    )
    with pytest.raises(ImproperlyConfigured, match="audit_rows on core_site differs"):
        readiness.refuse_without_trail()


@pytest.fixture(params=["sqlite", "postgresql"])
def own_study(
    request: pytest.FixtureRequest,
    study_databases: dict[str, str],
    copy_of: Callable[[str, str], str],
    django_db_blocker: DjangoDbBlocker,
):
    """A study that commits, of the test's own."""
    url = copy_of(study_databases[request.param], "own")
    with django_db_blocker.unblock(), connected_to(url):
        yield url


def test_a_migration_that_rebuilds_a_table_leaves_it_covered(own_study: str) -> None:
    """Back over a migration that alters tables, and forth again."""
    with writing(audit.TESTER):
        saved(Site, code="OLD")
    call_command("migrate", "core", "0006", verbosity=0)
    call_command("migrate", verbosity=0)
    assert readiness.the_trail_is_whole(**OURS) == []
    with writing(audit.TESTER):
        saved(Site, code="NEW")
    ops = AuditEvent.objects.filter(table="core_site").order_by("seq").values_list("op", flat=True)
    assert list(ops) == ["insert", "insert"]


def test_a_migration_puts_what_it_changed_into_the_trail(own_study: str) -> None:
    with writing(audit.TESTER):
        site = saved(Site, code="OLD")
    before = AuditEvent.objects.latest("seq").seq
    call_command("migrate", "core", "0006", verbosity=0)
    events = AuditEvent.objects.filter(seq__gt=before, table="core_act", op="migrate")
    assert not events.exists(), "there were no acts"
    assert AuditEvent.objects.filter(seq__gt=before, op="schema", actor="migrate").exists()
    assert AuditEvent.objects.filter(table="core_site", row_pk=site.pk).count() == 1


def test_a_migration_does_not_launder_what_was_changed_before(own_study: str) -> None:
    with writing(audit.TESTER):
        site = saved(Site, code="OLD")
    name = "audit_update_core_site" if own_study.startswith("sqlite") else "audit_rows ON core_site"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("UPDATE core_site SET name = 'moved' WHERE id = %s", [site.pk])
    with pytest.raises(CommandError, match=f"core_site {site.pk} is not as the audit trail has it"):
        call_command("migrate", verbosity=0)


def test_each_role_of_the_database_can_do_its_own(own_study: str) -> None:
    if own_study.startswith("sqlite"):
        pytest.skip("SQLite has no roles.")
    with psycopg.connect(own_study, autocommit=True) as owner:
        for role in ("app", "auditor"):
            if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                owner.execute(f"CREATE ROLE {role} LOGIN")
        for statement in statements("default", application="app", auditor="auditor"):
            owner.execute(statement)
    insert = "INSERT INTO core_site (code, name, last_number) VALUES ('APP', 'a', 0)"
    forge = (
        "INSERT INTO audit_event SELECT max(seq) + 1, now(), 1, 't', '1', 'insert', NULL, '{}', "
        "'x', 'person', '', '', '', '', '', '' FROM audit_event"
    )
    with psycopg.connect(own_study.replace("study@", "app@"), autocommit=True) as app:
        with app.transaction():
            app.execute("SELECT set_config('app.actor', 'wang', true)")
            app.execute(insert)
        latest = app.execute("SELECT actor FROM audit_event ORDER BY seq DESC LIMIT 1").fetchone()
        assert latest == ("wang",)
        for refused in (
            forge,
            "UPDATE audit_event SET actor = 'x'",
            "DELETE FROM audit_leaf",
            "TRUNCATE core_site CASCADE",
            "DROP TRIGGER audit_rows ON core_site",
            "ALTER TABLE core_site DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)
    with psycopg.connect(own_study.replace("study@", "auditor@"), autocommit=True) as auditor:
        assert auditor.execute("SELECT count(*) FROM audit_event").fetchone() != (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute(insert)


def test_sealing_goes_on_where_it_stopped(own_study: str) -> None:
    first = sealing.seal()
    assert first is not None
    assert sealing.seal() == first
    with writing(audit.TESTER):
        saved(Site)
    second = sealing.seal()
    assert second is not None
    assert second.size > first.size
    assert second.is_signed_by(sealing.public_key())


def test_an_event_of_a_transaction_that_runs_is_not_sealed_before_it_ends(own_study: str) -> None:
    if own_study.startswith("sqlite"):
        pytest.skip("Its writers take turns.")
    insert = "INSERT INTO core_site (code, name, last_number) VALUES (%s, 'a', 0)"
    with psycopg.connect(own_study) as slow:
        slow.execute("SELECT set_config('app.actor', 'slow', true)")
        slow.execute(insert, ["SLOW"])
        with writing(audit.TESTER):
            quick = saved(Site, code="QUICK")
        before = sealing.seal()
        slow.commit()
    after = sealing.seal()
    assert before is not None
    assert after is not None
    assert after.size == before.size + 2
    assert AuditEvent.objects.filter(table="core_site", row_pk=quick.pk).exists()


def test_the_command_writes_the_checkpoint_and_mails_it(
    own_study: str, tmp_path: Path, settings, monkeypatch
) -> None:
    monkeypatch.setattr(sealing, "connections", ["default"])
    monkeypatch.setattr(
        sealing, "connections", {"default": connection}
    )  # The vault is another test's.
    settings.CHECKPOINT_MAIL_TO = ["inspector@example.org"]
    said = StringIO()
    call_command("seal_audit", "--out", str(tmp_path), "--mail", stdout=said)
    (file,) = tmp_path.glob("checkpoint-default-*.json")
    point = Checkpoint.from_text(file.read_text())
    assert checkpoints.line(point) in said.getvalue()
    (message,) = mail.outbox
    assert json.loads(message.attachments[0].content)["root"] == point.root
