"""What is not restored, and not backed up, each in one sentence and with nothing changed."""

from __future__ import annotations

import io
import json
import resource
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from studysite.core.audit.sealing import signing_key
from studysite.core.audit.writer import writing
from studysite.core.backup.archive import HEAD, Archive, members, proved
from studysite.core.backup.restoring import _is_signed, restore
from studysite.core.backup.taking import take
from studysite.core.errors import StudyError
from studysite.core.models import Act, Site
from tests.audit import TESTER
from tests.studysite.backup import place
from tests.studysite.backup.conftest import Somewhere
from tests.studysite.backup.place import Place


@pytest.fixture
def before(somewhere: Somewhere) -> Place:
    """A small study with a backup of it, beside an empty one where the program looks."""
    made = somewhere("sqlite", "before")
    with made.here():
        with writing(TESTER):
            Site.objects.create(code="XA", name="Hospital")
        place.store("scans", "ab/cd/one.dcm", b"scan" * 1000)
        place.store("spool", "arrival/000001", b"Zhang San" * 1000)
        take(made.folder / "one")
    return made


@pytest.fixture
def empty(somewhere: Somewhere, before: Place) -> Iterator[Place]:
    made = somewhere("sqlite", "after")
    with made.here():
        yield made


def refused(path: Path) -> str:
    """The sentence with which a file is refused; nothing has come of it."""
    was = place.rows_of("default")
    with pytest.raises(StudyError) as refusal:
        restore(path)
    assert place.rows_of("default") == was
    assert place.files() == {}
    assert place.faults() == []
    return str(refusal.value)


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A copy that somebody made who has no key: with a right manifest and the old signature."""
    target = path.with_name("rewritten")
    signature = ""
    with target.open("wb") as out, Archive(out) as archive:
        for name, _size, content in members(path):
            if name == "end.json":
                signature = json.loads(content.read())["signature"]
            elif name != "manifest":
                archive.add_bytes(name, change(name, content.read()))
        archive.finish(lambda _content: signature)
    return target


def signed_again(path: Path, change: Callable[[dict], None]) -> Path:
    """A copy with another head, as another version of the program would have written it."""
    target = path.with_name("again")
    with target.open("wb") as out, Archive(out) as archive:
        for name, _size, content in members(path):
            read = content.read()
            if name == HEAD:
                head = json.loads(read)
                change(head)
                read = json.dumps(head).encode()
            if name not in ("manifest", "end.json"):
                archive.add_bytes(name, read)
        archive.finish(lambda content: signing_key().sign(content).hex())
    return target


def test_a_filled_study_is_not_restored_over(before: Place) -> None:
    with before.here():
        was = place.rows_of("default")
        with pytest.raises(StudyError, match="There is a study here already"):
            restore(before.folder / "one")
        assert place.rows_of("default") == was


def test_a_newer_version_is_named(before: Place, empty: Place) -> None:
    def later(head: dict) -> None:
        head["software"] = "9.9"
        head["migrations"]["default"].append(["core", "0999_later"])

    said = refused(signed_again(before.folder / "one", later))
    assert said.startswith("This backup was made by a newer version of the software (9.9)")
    assert "core.0999_later" in said


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.9999])
def test_a_file_that_was_cut_short_is_refused(before: Place, empty: Place, share: float) -> None:
    content = (before.folder / "one").read_bytes()
    end = len(content.rstrip(b"\0"))
    (before.folder / "cut").write_bytes(content[: int(end * share)])
    assert refused(before.folder / "cut") in (
        "This file is no backup of a study, or it was cut short.",
        "The backup is damaged at end.json.",
    )


def test_every_flipped_byte_is_found_or_says_nothing(before: Place, empty: Place) -> None:
    """A tar has bytes that say nothing: owners, times, what fills a block up."""
    content = (before.folder / "one").read_bytes()
    whole = read_all(before.folder / "one")
    flipped, found = before.folder / "flipped", 0
    for at in range(0, len(content), max(1, len(content) // 300)):
        flipped.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        try:
            proved(flipped, _is_signed)
        except StudyError:
            found += 1
            continue
        assert read_all(flipped) == whole, at
    assert found > 100


def read_all(path: Path) -> list[tuple[str, bytes]]:
    """Every member."""
    return [(name, content.read()) for name, _size, content in members(path)]


def test_the_damaged_member_is_named(before: Place, empty: Place) -> None:
    content = (before.folder / "one").read_bytes()
    (before.folder / "two").write_bytes(content.replace(b"scanscan", b"scamscan", 1))
    said = refused(before.folder / "two")
    assert said == "The backup is damaged at files/scans/ab/cd/one.dcm."


def test_what_was_not_signed_with_the_key_here_is_refused(before: Place, empty: Place) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"scan", b"scam") if name.startswith("files/") else content

    said = refused(rewritten(before.folder / "one", change))
    assert said.startswith("This backup is not signed with the audit key that is here")


def test_a_name_that_leads_elsewhere_is_refused(before: Place, empty: Place) -> None:
    path = before.folder / "elsewhere"
    with path.open("wb") as out, Archive(out) as archive:
        for name, _size, content in members(before.folder / "one"):
            if name == HEAD:
                archive.add_bytes(name, content.read())
        archive.add_bytes("files/scans/../../escaped", b"x")
        archive.finish(lambda content: signing_key().sign(content).hex())
    assert refused(path) == "The backup is damaged at files/scans/../../escaped."
    assert not (empty.folder.parent / "escaped").exists()


def test_a_file_of_another_kind_is_refused(before: Place, empty: Place, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no backup")
    with tarfile.open(tmp_path / "tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("x"), io.BytesIO())
    for name in ("text", "tar"):
        assert refused(tmp_path / name).startswith("This file is no backup of a study")


@pytest.mark.parametrize("setting", ["VAULT_KEY_FILE", "AUDIT_KEY_FILE", "QUARANTINE_KEY_FILE"])
def test_a_missing_key_is_named(before: Place, empty: Place, settings, setting: str) -> None:
    missing = setting
    if setting == "VAULT_KEY_FILE":
        # This study never opened its vault: a key that is not there is not asked for.
        assert not (before.keys / setting).exists()
        missing = "AUDIT_KEY_FILE"
    setattr(settings, missing, before.folder / "nowhere")
    said = refused(before.folder / "one")
    assert f"this backup was made under is not in {missing}: put it there first." in said
    assert not (before.folder / "nowhere").exists()


def test_another_key_is_named(before: Place, empty: Place, settings) -> None:
    other = before.folder / "other"
    other.write_text("ab" * 32)
    settings.QUARANTINE_KEY_FILE = other
    assert refused(before.folder / "one").startswith("QUARANTINE_KEY_FILE holds another key (")


def test_no_key_and_no_name_is_in_a_backup(before: Place) -> None:
    content = (before.folder / "one").read_bytes()
    with before.here():
        keys = [path.read_text() for path in before.keys.iterdir()]
    assert len(keys) >= 2
    for key in keys:
        assert key.encode() not in content
        assert bytes.fromhex(key) not in content
    assert b"Zhang San" not in content


def test_a_backup_is_never_written_over(before: Place) -> None:
    with before.here(), pytest.raises(StudyError, match="is never written over"):
        take(before.folder / "one")


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """What a full disk does: writing stops in the middle of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_no_half_of_a_backup(before: Place) -> None:
    with before.here():
        place.store("scans", "ab/cd/large.dcm", bytes(5_000_000))
        with files_no_larger_than(4_000_000), pytest.raises(StudyError, match="The disk is full"):
            take(before.folder / "two")
    assert not list(before.folder.glob("two*"))


def test_the_command_says_it_in_one_sentence(before: Place, empty: Place, capsys) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("restore", str(before.folder / "nowhere"))
    assert refusal.value.returncode == 3
    call_command("restore", str(before.folder / "one"))
    said = capsys.readouterr().out
    assert "rows and 2 files restored" in said
    assert said.count("The audit trail holds") == 2
    assert Act.objects.filter(action="restore").count() == 1
