"""A stored file that is gone or no longer what it was is found, said, and shown."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from imaging import storage
from imaging.models import Instance, Series, StorageCheck
from imaging.services import scrubbing
from studysite.core.models import Act, User

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def spoil(row: Instance) -> None:
    """One bit turns on the disk."""
    path = storage.scan_path(row.sha256)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.fixture
def rows(stored: Series) -> list[Instance]:
    return list(stored.instances.all())


@pytest.fixture
def mended(rows: list[Instance]) -> Iterator[None]:
    """What a test spoils is whole again for the next one: files outlive the database here."""
    whole = {row.sha256: storage.scan_bytes(row.sha256) for row in rows}
    yield
    for digest, content in whole.items():
        storage.scan_path(digest).write_bytes(content)


def test_of_whole_files_nothing_is_said(rows: list[Instance]) -> None:
    check = scrubbing.scrub()
    assert (check.files_count, check.faults) == (48, [])
    assert check.bytes_count > 48 * 1000
    assert Act.objects.get(action="scrub_storage").by is None


def test_what_changed_and_what_is_gone_are_told_apart(rows: list[Instance], mended: None) -> None:
    spoil(rows[0])
    storage.scan_path(rows[1].sha256).unlink()
    faults = {fault["sha256"]: fault["what"] for fault in scrubbing.scrub().faults}
    assert faults == {rows[0].sha256: "changed", rows[1].sha256: "missing"}


def test_the_command_ends_with_three(rows: list[Instance], mended: None) -> None:
    said = StringIO()
    call_command("scrub_scans", stdout=said)
    assert said.getvalue() == "48 files read, 0 wrong.\n"
    spoil(rows[0])
    with pytest.raises(CommandError) as refusal:
        call_command("scrub_scans", stdout=said)
    assert refusal.value.returncode == 3
    assert f"changed: {rows[0].sha256}" in said.getvalue()


def test_the_board_says_whose_files_are_wrong_at_that_site_alone(
    rows: list[Instance], mended: None, coordinator: User, stranger: User
) -> None:
    spoil(rows[0])
    scrubbing.scrub()
    for user, told in ((coordinator, True), (stranger, False)):
        client = Client()
        client.force_login(user)
        board = client.get("/scans/").content.decode()
        assert ("missing or changed: XA-001" in board) is told
        assert "48 files" in board
    assert StorageCheck.objects.count() == 1
