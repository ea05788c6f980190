"""The trail sees a process that is not the application, or the database refuses it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from studysite.core.audit.writer import digest, writing
from studysite.core.models import AuditEvent
from tests.audit import TESTER
from tests.engines import ENGINES, connected_to
from tests.studysite.audit import elsewhere
from tests.studysite.audit.rows import models, saved
from tests.studysite.audit.test_capture import UNCHANGEABLE

Copy = Callable[[str, str], str]


def one_row_each() -> list[tuple[str, str, object]]:
    """A row of every table that may be changed at all: table, key column, key."""
    rows = []
    with writing(TESTER):
        for model in models():
            if model._meta.label not in UNCHANGEABLE:
                pk = model._meta.pk
                key = pk.get_db_prep_value(saved(model).pk, connection)
                rows.append((model._meta.db_table, pk.column, key))
    return rows


def write_elsewhere(url: str, actor: str, rows: list[tuple[str, str, object]]) -> list[str]:
    """What another process came to, row by row."""
    asked = json.dumps({"url": url, "actor": actor, "rows": rows}, default=str)
    command = [sys.executable, str(Path(elsewhere.__file__))]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def _in_the_trail(table: str, key: object) -> str | None:
    """A key as the trail has it; one that is a secret, as its digest."""
    return digest(str(key)) if table == "authtoken_token" else str(key).replace("-", "")


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize(("actor", "word"), [("", "refused"), ("elsewhere", "written")])
def test_another_process_is_seen_or_refused(
    kind: str,
    actor: str,
    word: str,
    study_databases: dict[str, str],
    copy_of: Copy,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    url = copy_of(study_databases[kind], f"another_{word}")
    with django_db_blocker.unblock(), connected_to(url):
        rows = one_row_each()
        before = AuditEvent.objects.latest("seq").seq
        connection.close()
        came_to = write_elsewhere(url, actor, rows)
        events = AuditEvent.objects.filter(seq__gt=before)
        seen = {(event.table, event.row_pk.replace("-", "")) for event in events}
        assert {event.actor for event in events} <= {"elsewhere"}
    assert {row[0]: told for row, told in zip(rows, came_to, strict=True)} == {
        row[0]: word for row in rows
    }
    wanted = {(table, _in_the_trail(table, key)) for table, _column, key in rows}
    assert seen == (wanted if word == "written" else set())
