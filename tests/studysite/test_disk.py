"""A file is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from imaging import storage
from studysite.core.disk import make_own, write_whole
from studysite.core.keys import key_from_file


def test_a_file_is_written_with_its_folder(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b", b"whole")
    assert (tmp_path / "a" / "b").read_bytes() == b"whole"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def break_off(*_given: object) -> None:
    raise OSError("No space left on device")


def test_what_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", break_off)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "b", b"half")
    assert list(tmp_path.iterdir()) == []


def test_a_scan_that_broke_off_is_kept_at_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"slices of a scan that is in no other test"
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", break_off)
        with pytest.raises(OSError, match="No space"):
            storage.keep_scan(content)
    assert storage.scan_path(storage.keep_scan(content)).read_bytes() == content


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImproperlyConfigured, match="cannot be made: Not a directory"):
        make_own(tmp_path / "file" / "var")


def test_somebody_else_s_folder_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    with pytest.raises(ImproperlyConfigured, match="cannot be written to by this account"):
        make_own(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"), [("not hexadecimal", "holds no key"), (None, "Is a directory")]
)
def test_a_key_that_cannot_be_read_is_one_sentence(
    content: str | None, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text(content) if content else path.mkdir()
    with pytest.raises(ImproperlyConfigured, match=sentence) as refusal:
        key_from_file(path)
    assert "hexadecimal" not in str(refusal.value)
