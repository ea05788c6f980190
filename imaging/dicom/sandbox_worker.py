"""The sandbox's inside: `python -m imaging.dicom.sandbox_worker`, started by `sandbox` only.

First line in: limits. Then one JSON job a line, one JSON answer a line. Standard
output belongs to the answers: whatever libraries print goes to standard error.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import json
import os
import resource
import sys
from pathlib import Path
from typing import IO, Any

import pydicom

from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.errors import DicomRefused
from imaging.dicom.header import read_header
from imaging.dicom.trial import TrialModule
from imaging.told import Told, told

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
NO_NEW_PRIVILEGES = 38


def main() -> None:
    """Answer jobs until the input ends."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    limits = json.loads(sys.stdin.readline())["limits"]
    confine(limits)
    answers.write(b"{}\n")
    for line in sys.stdin:
        allow_cpu(limits["cpu_s"])
        _answer(answers, json.loads(line))


def confine(limits: dict[str, Any]) -> None:
    """Limits on address space and file size, no core files, no new privileges, no network."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["file_bytes"],) * 2)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    # where the kernel lets a plain user have its own empty network; elsewhere limits must do
    libc.unshare(NEW_USER | NEW_NETWORK)


def allow_cpu(seconds: int) -> None:
    """Processor time for the next file: the kernel ends the process beyond it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, hard))


def _answer(answers: IO[bytes], job: dict[str, Any]) -> None:
    name = Path(job["path"]).name
    try:
        answer = _ACTS[job["act"]](job)
    except DicomRefused as refused:
        answer = _refused(refused.code, refused.sentence)
    except MemoryError:
        sentence = told("%(file)s needs more memory than a scan may.", file=name)
        answer = _refused("too_heavy", sentence)
    except OSError as trouble:
        why = trouble.strerror or trouble
        answer = _refused("unreadable", told("%(file)s: %(why)s.", file=name, why=why))
    answers.write(json.dumps(answer).encode() + b"\n")


def _refused(code: str, sentence: str) -> dict[str, Any]:
    return {"code": code, "told": sentence.to_json() if isinstance(sentence, Told) else sentence}


def _inspect(job: dict[str, Any]) -> dict[str, Any]:
    return {"header": read_header(Path(job["path"])).to_json()}


def _deidentify(job: dict[str, Any]) -> dict[str, Any]:
    keys = DeidKeys(bytes.fromhex(job["uid_key"]), job["date_offset_days"])
    trial = TrialModule(**job["trial"])
    data = deidentify(Path(job["path"]), keys=keys, trial=trial)
    target = Path(job["target"])
    _write_whole(data, target)
    made = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
    return {
        "deidentified": {
            "path": str(target),
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "sop_uid": str(made.SOPInstanceUID),
            "series_uid": str(made.SeriesInstanceUID),
            "study_uid": str(made.StudyInstanceUID),
        }
    }


def _write_whole(data: bytes, target: Path) -> None:
    partial = target.with_name(target.name + ".partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)


_ACTS = {"inspect": _inspect, "deidentify": _deidentify}

if __name__ == "__main__":
    main()
