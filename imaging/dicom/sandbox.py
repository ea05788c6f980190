"""Parsing and decoding in another process, with limits on memory, time and files.

The worker reads one JSON line a file and answers one; when a file kills it or keeps it too long,
that file is refused and a new worker goes on with the rest. A batch costs one process.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from imaging.dicom.deidentify import DeidKeys
from imaging.dicom.header import Header
from imaging.dicom.trial import TrialModule
from imaging.told import Told, told

ROOT = Path(__file__).resolve().parents[2]
LONGEST_ANSWER = 64 << 20


@dataclass(frozen=True)
class SandboxLimits:
    """What one worker may use; times are for each file."""

    memory_bytes: int = 512 << 20
    cpu_s: int = 20
    wall_s: float = 30.0
    start_s: float = 30.0
    file_bytes: int = 1 << 30


LIMITS = SandboxLimits()


@dataclass(frozen=True)
class Refusal:
    """A file that the sandbox could not take, with a DicomRefused's code and sentence."""

    path: Path
    code: str
    sentence: str


@dataclass(frozen=True)
class Deidentified:
    """A de-identified file on disk. Lengths in bytes; UIDs are the new ones."""

    path: Path
    sha256: str
    size: int
    sop_uid: str
    series_uid: str
    study_uid: str


class Sandbox:
    """One confined process for all files of an arrival; a file that ends it costs a new one."""

    def __init__(self, limits: SandboxLimits = LIMITS) -> None:
        self.limits = limits
        self._stack = ExitStack()
        self._alive: _Worker | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def inspect(self, paths: Sequence[Path]) -> list[Header | Refusal]:
        """Headers of untrusted files, one answer a path, in order."""
        jobs = [{"act": "inspect", "path": str(path.absolute())} for path in paths]
        return [
            Header.from_json(answer["header"]) if "header" in answer else _refusal(path, answer)
            for path, answer in zip(paths, map(self._do, jobs), strict=True)
        ]

    def deidentify(
        self, pairs: Sequence[tuple[Path, Path]], *, keys: DeidKeys, trial: TrialModule
    ) -> list[Deidentified | Refusal]:
        """De-identify each source to its target; a target appears whole or not at all."""
        settings = {
            "act": "deidentify",
            "uid_key": keys.uid_key.hex(),
            "date_offset_days": keys.date_offset_days,
            "trial": asdict(trial),
        }
        jobs = [
            {**settings, "path": str(source.absolute()), "target": str(target.absolute())}
            for source, target in pairs
        ]
        return [
            Deidentified(**{**answer["deidentified"], "path": target})
            if "deidentified" in answer
            else _refusal(source, answer)
            for (source, target), answer in zip(pairs, map(self._do, jobs), strict=True)
        ]

    def _do(self, job: dict[str, Any]) -> dict[str, Any]:
        """The answer to one job; where the worker is lost, that file's refusal."""
        worker = self._worker()
        worker.send(job)
        line = worker.wait_for_line(self.limits.wall_s)
        if line:
            return dict(json.loads(line))
        self._alive = None
        self._stack.close()
        return _lost(Path(job["path"]).name, worker.timed_out)

    def _worker(self) -> _Worker:
        if self._alive is None:
            self._alive = self._stack.enter_context(_worker(self.limits))
            if not self._alive.wait_for_line(self.limits.start_s):
                words = self._alive.last_words()
                raise RuntimeError(f"the DICOM sandbox does not start: {words}")
        return self._alive


def inspect_files(
    paths: Sequence[Path], *, limits: SandboxLimits = LIMITS
) -> list[Header | Refusal]:
    """`Sandbox.inspect` in a process of its own."""
    with Sandbox(limits) as sandbox:
        return sandbox.inspect(paths)


def deidentify_files(
    pairs: Sequence[tuple[Path, Path]],
    *,
    keys: DeidKeys,
    trial: TrialModule,
    limits: SandboxLimits = LIMITS,
) -> list[Deidentified | Refusal]:
    """`Sandbox.deidentify` in a process of its own."""
    with Sandbox(limits) as sandbox:
        return sandbox.deidentify(pairs, keys=keys, trial=trial)


def _refusal(path: Path, answer: dict[str, Any]) -> Refusal:
    told_as = answer["told"]
    sentence = Told.from_json(told_as) if isinstance(told_as, dict) else str(told_as)
    return Refusal(path=path, code=answer["code"], sentence=sentence)


def _lost(name: str, timed_out: bool) -> dict[str, Any]:
    if timed_out:
        slow = told("%(file)s takes too long to read.", file=name)
        return {"code": "too_slow", "told": slow.to_json()}
    heavy = told("%(file)s is damaged, or needs more memory or time than a scan may.", file=name)
    return {"code": "too_heavy", "told": heavy.to_json()}


class _Worker:
    """The worker process's two pipes; lines are JSON."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
        assert process.stdin is not None  # Popen was given pipes
        assert process.stdout is not None
        self.process, self.complaints, self.timed_out = process, complaints, False
        self.stdin: IO[bytes] = process.stdin
        self.output = process.stdout.fileno()
        self.buffer = b""
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.output, selectors.EVENT_READ)

    def send(self, message: dict[str, Any]) -> None:
        try:
            self.stdin.write(json.dumps(message).encode() + b"\n")
            self.stdin.flush()
        except BrokenPipeError:
            return  # it died between files; the missing answer tells

    def wait_for_line(self, seconds: float) -> bytes:
        """The next line; b"" where the worker ended, wrote too much or exceeded its time."""
        while b"\n" not in self.buffer:
            if not self.selector.select(timeout=seconds):
                self.timed_out = True
                return b""
            piece = os.read(self.output, 1 << 16)
            if not piece or len(self.buffer) > LONGEST_ANSWER:
                return b""
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def last_words(self) -> str:
        self.process.kill()
        self.process.wait()
        self.complaints.seek(0)
        return self.complaints.read().decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]

    def close(self) -> None:
        self.selector.close()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


@contextmanager
def _worker(limits: SandboxLimits) -> Iterator[_Worker]:
    # complaints go to a file: a pipe that nobody reads would fill and stop the worker
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "imaging.dicom.sandbox_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=ROOT,
            env=_environment(),
            start_new_session=True,
        )
        worker = _Worker(process, complaints)
        try:
            worker.send({"limits": asdict(limits)})
            yield worker
        finally:
            process.kill()
            process.wait()
            worker.close()


def _environment() -> dict[str, str]:
    """No secret of ours, one thread in every numeric library (threads cost address space)."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
