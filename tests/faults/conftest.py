"""Studies in folders and databases of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engines import Migrated, template_copy
from tests.faults.study import Study


@pytest.fixture
def study(tmp_path: Path, migrated: Path) -> Study:
    """The embedded study: SQLite and a broker of files."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    return Study(tmp_path)


@pytest.fixture
def production_pair(
    tmp_path: Path, migrated: Path, study_databases: Migrated, redis_url: str
) -> Study:
    """A study on PostgreSQL and Redis, with the embedded one's empty vault."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    url = template_copy(study_databases["postgresql"], tmp_path.name)
    return Study(tmp_path, DATABASE_URL=url, CELERY_BROKER_URL=redis_url)
