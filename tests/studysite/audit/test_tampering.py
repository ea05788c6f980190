"""Whatever was done to the past is found, the first bad row is named, and nothing else is."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from studysite.core.audit import install, verify
from studysite.core.audit.sealing import public_key, seal
from studysite.core.audit.writer import writing
from studysite.core.models import Site, User
from tests import audit
from tests.engines import ENGINES, connected_to
from tests.postgres import newest_postgres
from tests.studysite.audit.rows import saved
from tests.studysite.audit.tampering import KINDS

PLACES = 3


@dataclass
class Past:
    """A study with some past, and the checkpoint that somebody outside holds."""

    url: str
    held: Path

    @property
    def place(self) -> str:
        return self.url.removeprefix("sqlite:///")

    def findings(self, *, place: str = "", key: str | None = None) -> list[str]:
        return verify.verify(
            place or self.place, [str(self.held)], public_key() if key is None else key
        )[0]


@pytest.fixture(params=ENGINES)
def past(
    request: pytest.FixtureRequest,
    study_databases: dict[str, str],
    copy_of: Callable[[str, str], str],
    django_db_blocker: DjangoDbBlocker,
    tmp_path: Path,
) -> Past:
    """Sites that came, changed and went, sealed in four goes, with a few events after the last."""
    url = copy_of(study_databases[request.param], "past")
    with django_db_blocker.unblock(), connected_to(url):
        for go in range(4):
            live_some(go)
            held = seal()
        assert held is not None
        (tmp_path / "held.json").write_text(held.as_text())
        live_some(5)
    return Past(url, tmp_path / "held.json")


def live_some(go: int) -> None:
    """Four sites come, change, and one of them goes."""
    with writing(audit.TESTER):
        sites = [saved(Site, name=f"Site {go}") for _ in range(4)]
        User.objects.filter(username=f"u{go}").update(last_name="x")
        saved(User, username=f"u{go}", password="argon2$x", last_login=None)
        for number, site in enumerate(sites):
            Site.objects.filter(pk=site.pk).update(name=f"名 {go} {number}")
        sites[0].delete()
    with writing(audit.TESTER):
        Site.objects.filter(pk=sites[1].pk).update(last_number=7)


def test_a_past_nobody_touched_holds(past: Past) -> None:
    assert past.findings() == []
    assert past.findings(key="") == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_tampering_is_found_and_named(
    past: Past, kind: str, copy_of: Callable[[str, str], str], django_db_blocker: DjangoDbBlocker
) -> None:
    for place in range(PLACES):
        touched = Past(copy_of(past.url, f"{kind}{place}"), past.held)
        with django_db_blocker.unblock(), connected_to(touched.url):
            install.take_off("default")
            with connection.cursor() as cursor:
                named = KINDS[kind](cursor, random.Random(f"{kind} {place}"))
        findings = touched.findings()
        assert findings, f"{kind} was not found"
        assert named in findings[0], (named, findings[:3])


def test_a_dump_is_as_good_as_the_database(past: Past, tmp_path: Path) -> None:
    dump = tmp_path / "dump.sql"
    if past.url.startswith("sqlite"):
        if shutil.which("sqlite3") is None:
            pytest.skip("the sqlite3 program is not installed")
        command = ["sqlite3", past.place, ".dump"]
    else:
        programs = newest_postgres()
        assert programs is not None
        command = [str(programs / "pg_dump"), "--dbname", past.url]
    text = subprocess.run(command, check=True, capture_output=True).stdout
    dump.write_bytes(text)
    assert past.findings(place=str(dump)) == []
    before, after = "名 3 2".encode(), "另 3 2".encode()
    live, _, log = text.rpartition(before)
    dump.write_bytes(live + after + log)
    assert past.findings(place=str(dump)) != []


def test_the_file_alone_does_it_without_django(past: Past) -> None:
    command = [sys.executable, verify.__file__, past.place, "--checkpoint", str(past.held)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env={})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The audit trail holds: ")


def test_another_key_is_told_from_ours(past: Past) -> None:
    assert "is not signed by" in past.findings(key="00" * 32)[0]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 2), (["--nonsense"], 2), (["/nowhere/study.sqlite3"], 3), (["/etc/hostname"], 3)],
)
def test_its_exit_codes(arguments: list[str], code: int, capsys: pytest.CaptureFixture) -> None:
    try:
        ended = verify.main(arguments)
    except SystemExit as stop:
        ended = int(stop.code or 0)
    assert ended == code
    assert len(capsys.readouterr().err.splitlines()) >= 1


def test_the_tree_is_that_of_rfc_6962() -> None:
    """The test vectors of the Certificate Transparency log: roots over its first eight leaves."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves.append("606162636465666768696a6b6c6d6e6f")
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    tree = verify.Tree()
    for leaf, root in zip(leaves, roots, strict=True):
        tree.add(verify.hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest())
        assert tree.root() == root
