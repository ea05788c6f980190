"""Empty studies on either engine, as many as a test asks for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests import audit
from tests.engines import connected_to, copy_of, study_databases
from tests.postgres import make_database, postgres_url
from tests.studysite.backup.place import Place

__all__ = ["copy_of", "postgres_url", "study_databases"]
Somewhere = Callable[..., Place]


@pytest.fixture(scope="session")
def vault_databases(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> dict[str, str]:
    """The URL of a migrated, empty vault on each engine."""

    class Made(dict[str, str]):
        def __missing__(self, name: str) -> str:
            if name == "sqlite":
                url = f"sqlite:///{tmp_path_factory.mktemp('vault') / 'vault.sqlite3'}"
            else:
                url = make_database(request.getfixturevalue("postgres_url"), "vault")
            with django_db_blocker.unblock(), connected_to(url, "vault"):
                call_command("migrate", database="vault", verbosity=0, interactive=False)
            self[name] = url
            return url

    return Made()


@pytest.fixture
def somewhere(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    copy_of: Callable[[str, str], str],
    study_databases: dict[str, str],
    vault_databases: dict[str, str],
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Somewhere]:
    """Make a place: `somewhere("sqlite", "before")`, its databases migrated and empty, or without
    any tables when they are `bare`. All places of a test share the keys of the first."""
    token = audit.name_the_tester()

    def make(engine: str, name: str, *, bare: bool = False, keys: str = "keys") -> Place:
        (tmp_path / keys).mkdir(exist_ok=True)
        if bare:
            study, vault = (_bare(request, tmp_path, engine, f"{name}-{i}") for i in range(2))
        else:
            study = copy_of(study_databases[engine], f"{name}-study")
            vault = copy_of(vault_databases[engine], f"{name}-vault")
        (tmp_path / name).mkdir()
        return Place(tmp_path / name, study, vault, tmp_path / keys)

    with django_db_blocker.unblock():
        yield make
    audit.forget_the_tester(token)
    shutil.rmtree(tmp_path)


def _bare(request: pytest.FixtureRequest, folder: Path, engine: str, name: str) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder / name}.sqlite3"
    server = request.getfixturevalue("postgres_url")
    name = f"{folder.name}_{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"
