"""Studies in folders and databases of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.study import Study
from tests.postgres import make_database, postgres_url
from tests.redis_server import redis_url

__all__ = ["postgres_url", "redis_url"]


@pytest.fixture(scope="session")
def empty_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an embedded study right after its migrations; copied, never used."""
    folder = tmp_path_factory.mktemp("empty")
    Study(folder).python("manage.py", "migrate", "-v0")
    Study(folder).python("manage.py", "migrate", "-v0", "--database", "vault")
    return folder


@pytest.fixture
def study(tmp_path: Path, empty_study: Path) -> Study:
    """The embedded study: SQLite and a broker of files."""
    shutil.copytree(empty_study, tmp_path, dirs_exist_ok=True)
    return Study(tmp_path)


@pytest.fixture
def production_pair(tmp_path: Path, empty_study: Path, postgres_url: str, redis_url: str) -> Study:
    """A study on PostgreSQL and Redis, with the embedded one's empty vault."""
    shutil.copytree(empty_study, tmp_path, dirs_exist_ok=True)
    url = make_database(postgres_url, tmp_path.name)
    pair = Study(tmp_path, DATABASE_URL=url, CELERY_BROKER_URL=redis_url)
    pair.python("manage.py", "migrate", "-v0")
    return pair
