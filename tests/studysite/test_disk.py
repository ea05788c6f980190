"""A file is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imaging import storage
from studysite.core.disk import write_whole


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
