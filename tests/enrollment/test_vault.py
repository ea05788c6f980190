"""Identity is sealed, each under its own key, and gone once its key is destroyed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from enrollment import vault
from enrollment.models import Identity
from studysite.core.errors import NotThere

WANG = vault.Person("王小明", "ZY-0042137", date(1979, 11, 3))


@pytest.fixture
def sealed(db: None) -> vault.Person:
    vault.store("XA-001", WANG)
    return vault.reveal("XA-001")


def test_what_was_sealed_is_what_is_revealed(sealed: vault.Person) -> None:
    assert (sealed.name, sealed.hospital_number, sealed.birth_on) == (
        WANG.name,
        WANG.hospital_number,
        WANG.birth_on,
    )


def test_the_offset_of_dates_is_fixed_and_never_zero(sealed: vault.Person) -> None:
    assert -vault.LARGEST_OFFSET_DAYS <= sealed.date_offset_days <= -1
    assert vault.reveal("XA-001").date_offset_days == sealed.date_offset_days


def test_no_identifier_lies_in_the_vault_in_plain_text(
    sealed: vault.Person, tmp_path: Path
) -> None:
    copy = tmp_path / "vault.sqlite3"
    with connections["vault"].cursor() as cursor:
        dump = "\n".join(connections["vault"].connection.iterdump())
        cursor.execute("SELECT quote(sealed), quote(wrapped_key) FROM enrollment_identity")
        blobs = "".join(map(str, cursor.fetchall()))
    copy.write_text(dump + blobs, encoding="utf-8")
    bytes_on_disk = copy.read_bytes().lower()
    for secret in (WANG.name, WANG.hospital_number, "1979-11-03"):
        assert secret.encode() not in bytes_on_disk
        assert secret.encode().hex().encode() not in bytes_on_disk


def test_a_hospital_number_belongs_to_one_participant(sealed: vault.Person) -> None:
    again = vault.Person("Somebody Else", " ZY-0042137 ", None)
    with pytest.raises(vault.AlreadyScreened) as refusal:
        vault.store("XA-002", again)
    assert refusal.value.field == "hospital_number"
    assert vault.number_of("ZY-0042137", "XA") == "XA-001"
    assert vault.number_of("ＺＹ－００４２１３７", "XA") == "XA-001"
    assert vault.number_of("ZY-1", "XA") is None
    assert vault.number_of(" ", "XA") is None


def test_two_hospitals_may_give_one_number_to_two_people(sealed: vault.Person) -> None:
    vault.store("ZZ-001", vault.Person("Somebody Else", "ZY-0042137", None))
    assert vault.number_of("ZY-0042137", "XA") == "XA-001"
    assert vault.number_of("ZY-0042137", "ZZ") == "ZZ-001"
    assert vault.number_of("ZY-0042137", "YY") is None


def test_one_sealed_identity_does_not_open_under_another_number(sealed: vault.Person) -> None:
    vault.store("XA-002", vault.Person("Li", "ZY-2", None))
    first = Identity.objects.get(number="XA-001")
    Identity.objects.filter(number="XA-002").update(
        sealed=first.sealed, wrapped_key=first.wrapped_key
    )
    with pytest.raises(vault.VaultError):
        vault.reveal("XA-002")


def test_another_master_key_opens_nothing(
    sealed: vault.Person, settings: object, tmp_path: Path
) -> None:
    settings.VAULT_KEY_FILE = tmp_path / "another"  # type: ignore[attr-defined]
    with pytest.raises(vault.VaultError):
        vault.reveal("XA-001")


def test_erasing_destroys_the_key_and_frees_the_hospital_number(sealed: vault.Person) -> None:
    vault.erase("XA-001")
    with pytest.raises(NotThere):
        vault.reveal("XA-001")
    row = Identity.objects.get(number="XA-001")
    assert (row.wrapped_key, bytes(row.sealed)) == (None, b"")
    vault.store("XA-002", WANG)
    assert vault.number_of("ZY-0042137", "XA") == "XA-002"


def test_what_a_stopped_screening_left_is_no_obstacle(sealed: vault.Person) -> None:
    vault.discard_unfinished("XA-001")
    vault.store("XA-001", WANG)
    assert vault.reveal("XA-001").name == WANG.name


def test_a_destroyed_key_is_not_to_be_dug_out_of_the_file(tmp_path: Path) -> None:
    """SQLite as the vault runs it: the key is in the file, and after the erasure nowhere."""
    file = tmp_path / "vault.sqlite3"
    key = b"KEYMATERIAL" * 5
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in settings.DATABASES["vault"]["OPTIONS"]["init_command"].split(";"):
            connection.execute(pragma)
        connection.execute("CREATE TABLE identity (wrapped_key BLOB)")
        connection.execute("INSERT INTO identity VALUES (?)", [key])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert key in file.read_bytes()
        connection.execute("UPDATE identity SET wrapped_key = NULL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for left in tmp_path.iterdir():
            assert b"KEYMATERIAL" not in left.read_bytes(), left.name
