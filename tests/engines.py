"""The study on either database engine, in the test's own process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import environ
import psycopg
import pytest
from django.core.management import call_command
from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

from studysite.settings import SQLITE_OPTIONS
from tests import audit
from tests.postgres import make_database, postgres_url

__all__ = ["copy_of", "engine", "postgres_url", "study_databases"]
ENGINES = ("sqlite", "postgresql")


@contextmanager
def connected_to(url: str, alias: str = "default") -> Iterator[None]:
    """Django's connection is one to that database meanwhile."""
    settings = environ.Env.db_url_config(url)
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = SQLITE_OPTIONS
    kept = connections[alias], connections.databases[alias]
    connections.databases[alias] = connections.configure_settings({"default": settings})["default"]
    del connections[alias]
    try:
        yield
    finally:
        connections[alias].close()
        connections[alias], connections.databases[alias] = kept


@pytest.fixture(scope="session")
def study_databases(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> dict[str, str]:
    """The URL of a migrated, empty study on each engine, made when it is first asked for."""

    class Made(dict[str, str]):
        def __missing__(self, name: str) -> str:
            if name == "sqlite":
                folder: Path = tmp_path_factory.mktemp("engine")
                url = f"sqlite:///{folder / 'study.sqlite3'}"
            else:
                url = make_database(request.getfixturevalue("postgres_url"), "engine")
            with django_db_blocker.unblock(), connected_to(url):
                call_command("migrate", verbosity=0, interactive=False)
            self[name] = url
            return url

    return Made()


@pytest.fixture
def copy_of(
    study_databases: dict[str, str], request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[str, str], str]:
    """Make a copy of the study at a URL under a name; its URL."""

    def copy(url: str, name: str) -> str:
        if url.startswith("sqlite"):
            target = tmp_path / f"{name}.sqlite3"
            shutil.copyfile(url.removeprefix("sqlite:///"), target)
            return f"sqlite:///{target}"
        server, template = url.rsplit("/", 1)
        name = f"{tmp_path.name}_{name}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"{server}/{name}"

    return copy


@pytest.fixture(params=ENGINES)
def engine(
    request: pytest.FixtureRequest,
    study_databases: dict[str, str],
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    """The name of the engine that the default connection is on; rolled back at the end."""
    with (
        django_db_blocker.unblock(),
        connected_to(study_databases[request.param]),
        transaction.atomic(),
    ):
        audit.introduce("default")
        yield request.param
        transaction.set_rollback(True)
