"""Drills: the vault's key exchanged between two backups, and a scan that rotted mended from one."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from enrollment import vault
from enrollment.services.identity import rotate_vault_key
from imaging import storage
from imaging.models import Instance
from imaging.services.scrubbing import scrub
from studysite.core.audit.writer import writing
from studysite.core.backup.key_names import KeyMissing
from studysite.core.backup.restoring import restore
from studysite.core.backup.taking import take
from studysite.core.keys import key_from_file
from studysite.core.roles import Role
from tests import conftest as cast
from tests.api.scene import build
from tests.audit import TESTER
from tests.imaging.shelf import shelve
from tests.reports.factory import enrolled, make_cast
from tests.studysite.backup.conftest import Somewhere


def test_a_backup_from_before_an_exchange_wants_the_old_key(
    somewhere: Somewhere, settings, tmp_path: Path
) -> None:
    before = somewhere("sqlite", "before")
    with before.here():
        with writing(TESTER):
            there = build("XA").cast
            row = cast.screened(there.coordinator, there.site, 1)
            administrator = cast.person(there.site, Role.ADMINISTRATOR, "administrator")
        take(before.folder / "old")
        old = key_from_file(before.keys / "VAULT_KEY_FILE")
        new = key_from_file(tmp_path / "new")
        rotate_vault_key(by=administrator, old=old, new=new)
        settings.VAULT_KEY_FILE = tmp_path / "new"
        take(before.folder / "new-key")
    after = somewhere("sqlite", "after")
    with after.here():
        settings.VAULT_KEY_FILE = tmp_path / "new"
        with pytest.raises(KeyMissing, match="VAULT_KEY_FILE holds another key"):
            restore(before.folder / "old")
        restore(before.folder / "new-key")
        assert vault.reveal(row.number).name
    again = somewhere("sqlite", "again")
    with again.here():
        settings.VAULT_KEY_FILE = before.keys / "VAULT_KEY_FILE"
        restore(before.folder / "old")
        assert vault.reveal(row.number).name


def test_a_scan_that_rotted_is_found_and_taken_from_the_backup(somewhere: Somewhere) -> None:
    before = somewhere("sqlite", "before")
    with before.here():
        with writing(TESTER):
            there = make_cast()
            shelve(enrolled(there), "t2_3d", there.coordinator)
            digest = Instance.objects.earliest("pk").sha256
        take(before.folder / "one")
        path = storage.scan_path(digest)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        faults = {fault["sha256"]: fault["what"] for fault in scrub().faults}
        assert faults[digest] == "changed"
        with pytest.raises((CommandError, SystemExit)):
            call_command("scrub_scans")
        # As docs/deploy.md says: a backup is a plain tar.
        with tarfile.open(before.folder / "one") as tar:
            member = tar.extractfile(f"files/scans/{storage.scan_name(digest)}")
            assert member is not None
            path.write_bytes(member.read())
        assert digest not in {fault["sha256"] for fault in scrub().faults}
