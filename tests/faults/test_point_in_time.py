"""PostgreSQL's own archive of its log: the study as it was at a moment between two backups."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from studysite.core.audit import install, sealing, verify
from studysite.core.audit.writer import writing
from studysite.core.management.commands.verify_audit import address
from studysite.core.models import Site
from tests.audit import TESTER
from tests.engines import connected_to
from tests.postgres import Postgres, make_database, newest_postgres, wait_until

ARCHIVING = ("wal_level=replica", "archive_mode=on", "archive_timeout=60")


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A server that archives its log as docs/deploy.md says."""
    programs = newest_postgres()
    if programs is None:
        pytest.skip("Debian's postgresql is not installed")
    made = Postgres(programs)
    archive = made.folder / "archive"
    subfolder(made, archive)
    # By another name first: a copy that was cut short must not pass for one that is there.
    copied = f"cp %p {archive}/%f.part && mv {archive}/%f.part {archive}/%f"
    command = f"archive_command=test ! -f {archive}/%f && {copied}"
    made.options = (*ARCHIVING, command)
    try:
        made.make()
        made.start()
        yield made
    finally:
        made.remove()


def subfolder(server: Postgres, path: Path) -> None:
    """A folder of the server's own account."""
    path.mkdir()
    shutil.chown(path, server.folder.owner(), server.folder.group())


def add_site(code: str) -> None:
    """What a person does."""
    with writing(TESTER):
        Site.objects.create(code=code, name=code)


@pytest.mark.slow
def test_a_mistake_is_undone_to_the_moment_before_it(
    server: Postgres, django_db_blocker: DjangoDbBlocker
) -> None:
    url = make_database(server.url, "study")
    with django_db_blocker.unblock():
        with connected_to(url):
            call_command("migrate", verbosity=0, interactive=False)
            add_site("A")
            base = server.folder / "base"
            server.run("pg_basebackup", "-h", "127.0.0.1", "-p", str(server.port), "-U", "study",
                       "-D", str(base), "--checkpoint=fast", "--no-sync")  # fmt: skip
            add_site("B")
            point = sealing.seal("default")
        with psycopg.connect(url, autocommit=True) as connection:
            moment = connection.execute("SELECT clock_timestamp()::text").fetchone()[0]
        with connected_to(url):
            add_site("MISTAKE")
        with psycopg.connect(url, autocommit=True) as connection:
            segment = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()[0]
        archived = server.folder / "archive" / segment
        wait_until(archived.exists, "the log's last part in the archive")
        bring_back(server, base, moment)
        with connected_to(url):
            assert list(Site.objects.order_by("pk").values_list("code", flat=True)) == ["A", "B"]
            assert install.faults("default") == []
            held = server.folder / "point.json"
            held.write_text(point.as_text())
            found, _said = verify.verify(address("default"), [str(held)], sealing.public_key())
            assert found == []
            add_site("C")
            assert Site.objects.count() == 3


def bring_back(server: Postgres, base: Path, moment: str) -> None:
    """As docs/deploy.md says: the base backup, the archived log, and the moment."""
    server.stop()
    archive = server.folder / "archive"
    server.data = base
    (base / "recovery.signal").touch()
    shutil.chown(base / "recovery.signal", server.folder.owner(), server.folder.group())
    server.options = (
        f"restore_command=cp {archive}/%f %p",
        f"recovery_target_time={moment}",
        "recovery_target_action=promote",
    )
    server.start()
    with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
        while connection.execute("SELECT pg_is_in_recovery()").fetchone()[0]:
            pass
