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
from tests.postgres import make_database

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


FILES = (("default", "study.sqlite3"), ("vault", "vault.sqlite3"))


def _keep(folder: Path) -> None:
    """Copy the tests' own databases to files, as the migrations left them: migrating takes seconds
    and this takes none."""
    for alias, name in FILES:
        there = connections[alias]
        if there.vendor == "sqlite" and there.is_in_memory_db():
            with there.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(folder / name)])


def _migrate_missing(folder: Path) -> None:
    """Make the files where no test of this run wants such databases, or wants them elsewhere."""
    for alias, name in FILES:
        if not (folder / name).exists():
            with connected_to(f"sqlite:///{folder / name}", alias):
                call_command("migrate", database=alias, verbosity=0, interactive=False)


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `migrated` lies."""
    return tmp_path_factory.mktemp("migrated")


@pytest.fixture(scope="session")
def keep_migrated(migrated_folder: Path) -> Callable[[], None]:
    """What is to be done as soon as the tests' databases are there."""
    return lambda: _keep(migrated_folder)


@pytest.fixture(scope="session")
def migrated(
    django_db_setup: None, migrated_folder: Path, django_db_blocker: DjangoDbBlocker
) -> Path:
    """The folder of an embedded study right after its migrations. Copy it, or roll back."""
    with django_db_blocker.unblock():
        _migrate_missing(migrated_folder)
    return migrated_folder


class Migrated(dict[str, str]):
    """The URL of a migrated, empty database on each engine, made when it is first asked for."""

    def __init__(self, request: pytest.FixtureRequest, alias: str) -> None:
        super().__init__()
        self._request, self._alias = request, alias

    def __missing__(self, engine: str) -> str:
        name = "study" if self._alias == "default" else self._alias
        if engine == "sqlite":
            folder: Path = self._request.getfixturevalue("migrated")
            self[engine] = f"sqlite:///{folder / name}.sqlite3"
        else:
            url = make_database(self._request.getfixturevalue("postgres_url"), f"migrated_{name}")
            blocker: DjangoDbBlocker = self._request.getfixturevalue("django_db_blocker")
            with blocker.unblock(), connected_to(url, self._alias):
                call_command("migrate", database=self._alias, verbosity=0, interactive=False)
            self[engine] = url
        return self[engine]


@pytest.fixture(scope="session")
def study_databases(request: pytest.FixtureRequest) -> Migrated:
    """An empty study's database on each engine."""
    return Migrated(request, "default")


@pytest.fixture(scope="session")
def vault_databases(request: pytest.FixtureRequest) -> Migrated:
    """An empty study's vault on each engine."""
    return Migrated(request, "vault")


def template_copy(url: str, name: str) -> str:
    """Copy a database that nobody is connected to under a name on its PostgreSQL server; the URL
    of the copy."""
    server, template = url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[arg-type]
    return f"{server}/{name}"


@pytest.fixture
def copy_of(study_databases: Migrated, tmp_path: Path) -> Callable[[str, str], str]:
    """Make a copy of the study at a URL under a name; its URL."""

    def copy(url: str, name: str) -> str:
        if url.startswith("sqlite"):
            target = tmp_path / f"{name}.sqlite3"
            shutil.copyfile(url.removeprefix("sqlite:///"), target)
            return f"sqlite:///{target}"
        return template_copy(url, f"{tmp_path.name}_{name}")

    return copy


@pytest.fixture(params=ENGINES)
def engine(
    request: pytest.FixtureRequest,
    study_databases: Migrated,
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
