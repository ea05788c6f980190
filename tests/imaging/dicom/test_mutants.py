"""Damaged files end in a refusal, whatever the damage: no other exception, no long wait."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pydicom.data
import pytest

from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.errors import DicomRefused
from imaging.dicom.geometry import stack
from imaging.dicom.header import read_header
from imaging.dicom.trial import TrialModule
from tests.imaging.dicom.instances import instance, part10

KEYS = DeidKeys(b"0123456789abcdef", -37)
TRIAL = TrialModule(sponsor="Sponsor", protocol_id="NCT04645277", subject_id="01-007")
TEST_FILES = Path(pydicom.data.__file__).parent / "test_files"


def _go_through(data: bytes) -> DicomRefused | None:
    """The whole way of one file; its refusal, or None. Anything else comes out as it is."""
    try:
        header = read_header(data)
        stack([header, header])
        deidentify(data, keys=KEYS, trial=TRIAL)
    except DicomRefused as refused:
        return refused
    return None


def mutant(rng: random.Random, data: bytes) -> bytes:
    """A file with some of its bytes changed, or cut off."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(132, len(changed))] = rng.choice((0, 255, 254, rng.randrange(256)))
    return bytes(changed[: rng.randrange(len(changed))] if rng.random() < 0.1 else changed)


@pytest.mark.parametrize("seed", range(4))
def test_a_mutant_is_taken_or_refused_and_nothing_else(seed):
    rng = random.Random(seed)
    whole = part10(instance())
    refusals = [_go_through(mutant(rng, whole)) for _ in range(60)]
    outcomes = {refused.code if refused else "taken" for refused in refusals}
    assert len(outcomes) > 2


@pytest.mark.parametrize("path", sorted(TEST_FILES.glob("*.dcm")), ids=lambda path: path.stem)
def test_pydicoms_own_test_files_are_taken_or_refused_in_a_sentence(path):
    started = time.perf_counter()
    refused = _go_through(path.read_bytes())
    assert time.perf_counter() - started < 2
    if refused is not None:
        assert str(refused).endswith(".")
        assert "\n" not in str(refused)
