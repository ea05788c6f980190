"""Archives give their files or a refusal; nothing is written outside, nothing grows without end."""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile

import pytest

from imaging.dicom.archive import ArchiveBounds, is_zip, unpack
from imaging.dicom.errors import DicomRefused
from tests.imaging.dicom.instances import instance, part10


def _zip(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def _unpacked(tmp_path, data, **bounds):
    archive, folder = tmp_path / "scan.zip", tmp_path / "out"
    archive.write_bytes(data)
    folder.mkdir()
    return list(unpack(archive, folder, bounds=ArchiveBounds(**bounds)))


def test_a_zip_of_files_and_folders_is_unpacked_under_our_own_names(tmp_path):
    scan = part10(instance())
    members = _unpacked(tmp_path, _zip([("study/", b""), ("study/Wang Xiaoming.dcm", scan)]))
    assert [m.name for m in members] == ["Wang Xiaoming.dcm"]
    assert members[0].path == tmp_path / "out" / "000000"
    assert members[0].path.read_bytes() == scan


def test_members_come_one_at_a_time(tmp_path):
    archive, folder = tmp_path / "scan.zip", tmp_path / "out"
    archive.write_bytes(_zip([("a", b"1"), ("b", b"2")]))
    folder.mkdir()
    members = unpack(archive, folder)
    next(members)
    assert len(list(folder.iterdir())) == 1


def _linked():
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return _zip([(link, "/etc/passwd")])


def _flagged(data, flag):
    """Set a flag bit in the local and the central header of the only member."""
    central = data.index(b"PK\x01\x02")
    changed = bytearray(data)
    changed[6] |= flag
    changed[central + 8] |= flag
    return bytes(changed)


def _overlapping():
    data = _zip([("a", b"x" * 5000), ("b", b"y" * 5000)])
    second = data.rindex(b"PK\x01\x02")
    changed = bytearray(data)
    changed[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(changed)


def _lying():
    """The directory claims 10 bytes; the stream inflates to 64 MiB."""
    data = bytearray(_zip([("a", b"\0" * (64 << 20))]))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 10)
    return bytes(data)


BAD = {
    "no archive": (lambda: b"PK\x03\x04 and then something else" * 9, "damaged_archive"),
    "a cut archive": (lambda: _zip([("a", b"x" * 9000)])[:-30], "damaged_archive"),
    "an empty one": (lambda: _zip([]), "empty"),
    "a path upwards": (lambda: _zip([("../../etc/cron.d/x", b"x")]), "traversal"),
    "a path upwards for Windows": (lambda: _zip([("..\\..\\x", b"x")]), "traversal"),
    "an absolute path": (lambda: _zip([("/etc/x", b"x")]), "traversal"),
    "a drive": (lambda: _zip([("C:/x", b"x")]), "traversal"),
    "a link": (_linked, "link"),
    "an encrypted file": (lambda: _flagged(_zip([("a", b"x")]), 1), "encrypted"),
    "an uncommon compression": (lambda: _zip([("a", b"x" * 99)], zipfile.ZIP_LZMA), "compression"),
    "an archive in an archive": (lambda: _zip([("b.zip", _zip([("a", b"x")]))]), "nested"),
    "a bomb by ratio": (lambda: _zip([("a", b"\0" * (64 << 20))]), "bomb"),
    "a bomb that lies": (_lying, "damaged_archive"),
    "files that overlap": (_overlapping, "overlap"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_archive_is_refused_in_one_sentence_and_in_time(tmp_path, what):
    make, code = BAD[what]
    data = make()
    started = time.perf_counter()
    with pytest.raises(DicomRefused) as refused:
        _unpacked(tmp_path, data)
    assert time.perf_counter() - started < 2
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
    written = sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert written < 16 << 20
    assert {path.name for path in tmp_path.iterdir()} == {"scan.zip", "out"}


def _rotten():
    data = bytearray(_zip([("Zhang San.dcm", b"x" * 99)], zipfile.ZIP_STORED))
    data[data.index(b"xxx")] ^= 1
    return bytes(data)


@pytest.mark.parametrize(
    "make",
    [
        _rotten,
        lambda: _zip([("Zhang San.zip", _zip([("a", b"x")]))]),
        lambda: _zip([("Zhang San.dcm", b"\0" * (64 << 20))]),
    ],
)
def test_a_refusal_repeats_no_file_name_from_the_archive(tmp_path, make):
    with pytest.raises(DicomRefused) as refused:
        _unpacked(tmp_path, make())
    assert "Zhang" not in str(refused.value)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path):
    with pytest.raises(DicomRefused, match="two files of one name"):
        _unpacked(tmp_path, _zip([("a", b"1"), ("a", b"2")]))


def test_counts_and_totals_are_bounded(tmp_path):
    with pytest.raises(DicomRefused, match="holds 3 files; 2 may be"):
        _unpacked(tmp_path, _zip([(str(n), b"x") for n in range(3)]), members=2)


def test_the_total_counts_all_members(tmp_path):
    members = [(str(n), bytes(range(256)) * 16) for n in range(4)]
    with pytest.raises(DicomRefused) as refused:
        _unpacked(tmp_path, _zip(members), total_bytes=10_000)
    assert refused.value.code == "bomb"


def test_a_zip_is_known_by_its_first_bytes(tmp_path):
    (tmp_path / "a").write_bytes(_zip([("a", b"1")]))
    (tmp_path / "b").write_bytes(part10(instance()))
    assert is_zip(tmp_path / "a")
    assert not is_zip(tmp_path / "b")
