"""Empty studies on either engine, as many as a test asks for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from tests import audit
from tests.engines import Migrated
from tests.studysite.backup.place import Place

Somewhere = Callable[..., Place]


@pytest.fixture
def somewhere(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    copy_of: Callable[[str, str], str],
    study_databases: Migrated,
    vault_databases: Migrated,
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
