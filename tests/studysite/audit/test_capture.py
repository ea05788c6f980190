"""No write escapes the trail: every model, every way, both engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from studysite.core.acts import acting
from studysite.core.audit import install, reconcile
from studysite.core.audit.tables import (
    EXCUSED,
    NEVER_DELETED,
    SECRETS,
    covered,
    describe,
    models_in,
)
from studysite.core.audit.writer import nobody
from studysite.core.models import AuditEvent, Site, User
from tests.studysite.audit.rows import models, saved
from tests.studysite.audit.writes import SOME_ONLY, WAYS, as_json

UNCHANGEABLE = {"enrollment.AllocationList", "enrollment.AllocationSlot"}


@contextmanager
def unnamed(engine: str) -> Iterator[None]:
    """A transaction in which nobody is named, undone at the end."""
    with nobody(), transaction.atomic():
        if engine == "postgresql":
            connection.cursor().execute("SELECT set_config('app.actor', '', true)")
        yield
        transaction.set_rollback(True)


def events_of(model: type[Model], after: int) -> int:
    return AuditEvent.objects.filter(table=model._meta.db_table, seq__gt=after).count()


def last_event() -> int:
    return AuditEvent.objects.order_by("seq").values_list("seq", flat=True).last() or 0


@pytest.mark.parametrize("way", WAYS)
def test_no_write_escapes(engine: str, way: str, tmp_path: Path) -> None:
    missed, done = [], 0
    for model in models():
        before = last_event()
        try:
            with transaction.atomic():
                count = WAYS[way](model, tmp_path)
        except IntegrityError:
            # A table whose own triggers refuse the change: there is nothing to see.
            assert model._meta.label in UNCHANGEABLE
            done += 1
            continue
        if count is None:
            done += model._meta.db_table in NEVER_DELETED
            continue
        done += 1
        seen = events_of(model, before)
        strange = list(reconcile.differences("default", [describe(model)]))
        if seen < count or strange:
            missed.append((model._meta.label, count, seen, strange))
    assert missed == []
    assert done == len(models()) or (way in SOME_ONLY and done > 0)


def test_a_table_without_its_trigger_is_found(engine: str, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        name = "audit_update_core_site" if engine == "sqlite" else "audit_rows ON core_site"
        cursor.execute(f"DROP TRIGGER {name}")
    Site.objects.create(code="Z", name="z")
    Site.objects.update(name="unseen")
    assert list(reconcile.differences("default", [describe(Site)])) != []
    assert install.faults("default") != []


def test_the_triggers_are_as_they_should_be(engine: str) -> None:
    assert install.faults("default") == []


def test_a_writer_that_nobody_named_is_refused(engine: str) -> None:
    with unnamed(engine), pytest.raises(IntegrityError, match="outside an act"):
        Site.objects.create(code="Q", name="q")


def test_the_act_says_who_and_why(engine: str) -> None:
    person = saved(User, username="wang", printed_name="Wang")
    with acting(person, "screen", reason="A second centre.") as act:
        Site.objects.create(code="W", name="w")
    event = AuditEvent.objects.filter(table="core_site").latest("seq")
    assert (event.actor, event.actor_kind, event.action) == ("wang", "person", "screen")
    assert (event.request_id, event.reason, event.site) == (str(act.pk), "A second centre.", "W")
    assert as_json(event.new_row)["code"] == "W"


def test_the_outer_act_goes_on_after_an_inner_one(engine: str) -> None:
    person = saved(User, username="wang")
    with acting(person, "outer"):
        with acting(None, "inner"):
            Site.objects.create(code="I", name="i")
        Site.objects.create(code="O", name="o")
    events = AuditEvent.objects.filter(table="core_site").order_by("-seq")[:2]
    assert [(event.site, event.action, event.actor) for event in events] == [
        ("O", "outer", "wang"),
        ("I", "inner", "system"),
    ]


def test_null_to_value_and_back_is_seen(engine: str) -> None:
    user = saved(User)
    before = last_event()
    User.objects.filter(pk=user.pk).update(last_login="2026-01-02T03:04:05Z")
    User.objects.filter(pk=user.pk).update(last_login=None)
    first, second = AuditEvent.objects.filter(seq__gt=before).order_by("seq")
    assert as_json(first.old_row)["last_login"] is None
    assert as_json(first.new_row)["last_login"] is not None
    assert as_json(second.new_row)["last_login"] is None


def test_a_secret_is_kept_as_a_digest(engine: str) -> None:
    user = saved(User, password="argon2$secret")
    User.objects.filter(pk=user.pk).update(password="argon2$other")
    for event in AuditEvent.objects.filter(table="core_user"):
        assert "argon2$" not in f"{event.old_row}{event.new_row}"
    last = AuditEvent.objects.filter(table="core_user").latest("seq")
    old, new = as_json(last.old_row)["password"], as_json(last.new_row)["password"]
    assert {old[:7], new[:7]} == {"sha256:"}
    assert old != new


def test_a_key_that_changes_is_one_row_gone_and_one_come(engine: str) -> None:
    site = saved(Site)
    before = last_event()
    Site.objects.filter(pk=site.pk).update(id=987_654)
    events = AuditEvent.objects.filter(seq__gt=before).order_by("seq")
    assert [(event.op, event.row_pk) for event in events] == [
        ("delete", str(site.pk)),
        ("insert", "987654"),
    ]


@pytest.mark.parametrize(
    "change", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"]
)
def test_the_trail_is_never_changed(engine: str, change: str) -> None:
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        connection.cursor().execute(change)


@pytest.mark.parametrize("table", ["audit_event", "core_site"])
def test_nothing_is_truncated(engine: str, table: str) -> None:
    if engine == "sqlite":
        pytest.skip("SQLite has no TRUNCATE: it would be a DELETE, which the triggers see.")
    with pytest.raises(IntegrityError, match=r"never changed|not truncated"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")


def test_a_session_that_plays_replica_is_seen_too(engine: str) -> None:
    if engine == "sqlite":
        pytest.skip("Only PostgreSQL has replicas.")
    connection.cursor().execute("SET LOCAL session_replication_role = replica")
    before = last_event()
    Site.objects.create(code="R", name="r")
    assert last_event() > before


def test_the_change_is_undone_when_the_trail_cannot_be_written(engine: str) -> None:
    count = Site.objects.count()
    rows = [Site(code="A1", name="a"), Site(code="A2", name="a")]
    with unnamed(engine), pytest.raises(IntegrityError):
        Site.objects.bulk_create(rows)
    assert Site.objects.count() == count


def test_every_table_is_covered_or_excused() -> None:
    labels = {model._meta.label for alias in ("default", "vault") for model in models_in(alias)}
    assert labels >= set(EXCUSED)
    assert all(reason.endswith(".") for reason in EXCUSED.values())
    assert set(SECRETS) <= labels
    names = {table.name for alias in ("default", "vault") for table in covered(alias)}
    assert {"core_user_groups", "core_act", "enrollment_identity", "authtoken_token"} <= names
    assert "django_session" not in names
