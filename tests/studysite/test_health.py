"""Health, readiness and log lines: what they say, and what they never say."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import pytest
from django.core import mail
from django.db import DatabaseError
from django.test import Client

from studysite.core import health, logs
from studysite.core.audit import install

NAME = "Zhang San H000123"


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_last", {})


def test_alive_asks_nobody(client: Client) -> None:
    assert client.get("/health/alive/").json() == {"status": "alive"}


@pytest.mark.django_db(databases=["default", "vault"])
def test_ready_when_everything_is_there(client: Client, django_assert_max_num_queries) -> None:
    answer = client.get("/health/ready/")
    assert answer.status_code == 200
    told = answer.json()
    assert told.pop("status") == "ready"
    assert set(told.values()) == {True}
    # Anybody may ask, so asking again costs nothing.
    with django_assert_max_num_queries(0):
        client.get("/health/ready/")


@pytest.mark.django_db(databases=["default", "vault"])
@pytest.mark.parametrize("name", health.NEEDED)
def test_not_ready_without(client: Client, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(health.CHECKS, name, lambda: False)
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()[name]) == (503, False)


@pytest.mark.django_db(databases=["default", "vault"])
def test_without_a_broker_people_work_on(client: Client, settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["broker"]) == (200, False)


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_missing_trigger_is_not_ready(client: Client) -> None:
    install.take_off("default")
    assert client.get("/health/ready/").json()["trail"] is False


def test_a_database_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise DatabaseError

    monkeypatch.setattr(health, "connections", {"default": Gone()})
    assert health._answers("default") is False


def line_of(logger: str, message: str, error: Exception | None = None) -> dict:
    """The line that is logged, read again."""
    about = None
    if error:
        try:
            raise error
        except type(error):
            about = sys.exc_info()
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, (), about)
    return json.loads(logs.JsonLine().format(record))


def test_a_line_tells_where_and_not_what() -> None:
    line = line_of("studysite.core.jobs", "It broke.", ValueError(NAME))
    assert (line["message"], line["error"]) == ("It broke.", "builtins.ValueError")
    assert line["where"][-1].startswith("tests/studysite/test_health.py:")
    assert NAME not in json.dumps(line)


def test_the_words_of_other_packages_are_left_out() -> None:
    record = logging.LogRecord(
        "pydicom", logging.WARNING, __file__, 1, "Bad value %s", (NAME,), None
    )
    assert json.loads(logs.JsonLine().format(record))["message"] == "Bad value %s"


def test_an_error_is_mailed_and_handed_on_once(settings, tmp_path: Path) -> None:
    settings.ERROR_MAIL_TO = ["ops@example.org"]
    settings.ERROR_HOOK = ["sh", "-c", f"cat >> {tmp_path / 'told'}"]
    line = line_of("django.request", "It broke.", ValueError(NAME))
    logs.report(line)
    assert json.loads((tmp_path / "told").read_text()) == line
    assert mail.outbox[0].subject == "MRI-HFS: builtins.ValueError"
    assert NAME not in mail.outbox[0].body


def test_the_same_error_is_told_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    reporter = logs.Reporter()
    monkeypatch.setattr(logs.Reporter, "_send", lambda self, line, record: sent.append(line))
    for message in ("one", "one", "two"):
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, message, (), None)
        reporter.handle(record)
    for thread in list(reporter.threads):
        thread.join()
    assert [line["message"] for line in sent] == ["one", "two"]
