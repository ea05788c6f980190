"""The sandbox answers for every file; one that kills it takes no other with it."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.header import Header, read_header
from imaging.dicom.sandbox import (
    Deidentified,
    Refusal,
    SandboxLimits,
    _environment,
    deidentify_files,
    inspect_files,
)
from imaging.dicom.trial import TrialModule
from tests.imaging.dicom.instances import instance, part10
from tests.imaging.dicom.test_bounds import HOSTILE

KEYS = DeidKeys(b"0123456789abcdef", -37)
TRIAL = TrialModule(sponsor="Sponsor", protocol_id="NCT04645277", subject_id="01-007")


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_headers_come_back_in_order_with_refusals_in_their_place(tmp_path):
    good = [_file(tmp_path, f"{k}.dcm", part10(instance(k))) for k in (1, 2)]
    text = _file(tmp_path, "text.dcm", b"Dear doctor" * 40)
    gone = tmp_path / "gone.dcm"
    answers = inspect_files([good[0], text, gone, good[1]])
    assert answers[0] == read_header(good[0])
    assert isinstance(answers[1], Refusal)
    assert (answers[1].path, answers[1].code) == (text, "not_dicom")
    assert isinstance(answers[2], Refusal)
    assert answers[2].code == "unreadable"
    assert answers[3] == read_header(good[1])


def test_files_are_de_identified_to_their_targets_and_no_others(tmp_path):
    source = _file(tmp_path, "a.dcm", part10(instance()))
    bad = _file(tmp_path, "b.dcm", part10(instance())[:-9])
    target = tmp_path / "out.dcm"
    done, refused = deidentify_files(
        [(source, target), (bad, tmp_path / "never.dcm")], keys=KEYS, trial=TRIAL
    )
    assert isinstance(done, Deidentified)
    assert target.read_bytes() == deidentify(source, keys=KEYS, trial=TRIAL)
    assert done.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert done.sop_uid == read_header(target).sop_uid
    assert isinstance(refused, Refusal)
    assert refused.code == "truncated"
    assert {p.name for p in tmp_path.iterdir()} == {"a.dcm", "b.dcm", "out.dcm"}


def test_a_file_that_needs_too_much_memory_is_refused_and_the_rest_go_on(tmp_path):
    big = instance(rows=16, columns=16)
    big.Rows = big.Columns = 9000
    big.PixelData = bytes(2 * 9000 * 9000)
    heavy = _file(tmp_path, "heavy.dcm", part10(big))
    light = _file(tmp_path, "light.dcm", part10(instance()))
    limits = SandboxLimits(memory_bytes=330 << 20)
    first, second = inspect_files([heavy, light], limits=limits)
    assert isinstance(first, Refusal)
    assert first.code == "too_heavy"
    assert isinstance(second, Header)


def test_a_file_that_takes_too_long_is_refused_and_the_rest_go_on(tmp_path):
    pipe = tmp_path / "pipe.dcm"
    os.mkfifo(pipe)  # reading it never ends
    light = _file(tmp_path, "light.dcm", part10(instance()))
    started = time.perf_counter()
    first, second = inspect_files([pipe, light], limits=SandboxLimits(wall_s=0.5))
    assert time.perf_counter() - started < 8
    assert isinstance(first, Refusal)
    assert first.code == "too_slow"
    assert isinstance(second, Header)


def test_the_sandbox_sees_none_of_our_environment(monkeypatch):
    monkeypatch.setenv("DJANGO_SECRET_KEY", "secret")
    assert "secret" not in _environment().values()


def test_a_batch_of_hostile_files_costs_one_process_and_little_time(tmp_path):
    paths = [_file(tmp_path, f"{k}", data) for k, (data, _) in enumerate(HOSTILE.values())]
    started = time.perf_counter()
    answers = inspect_files(paths)
    assert time.perf_counter() - started < 10
    codes = [answer.code for answer in answers if isinstance(answer, Refusal)]
    assert codes == [code for _, code in HOSTILE.values()]
    assert len(codes) >= 40


def test_no_file_needs_no_process():
    assert inspect_files([]) == []
