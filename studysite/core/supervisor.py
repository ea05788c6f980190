"""Keeps a few programs running together, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

LOOK_EVERY_SECONDS = 0.2
GRACE_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 30.0
# A program that ran this long is taken to have been well: its next restart is at once.
WELL_AFTER_SECONDS = 60.0


@dataclass(frozen=True)
class Program:
    """Something to keep running: what a person calls it, and its command line."""

    name: str
    argv: Sequence[str]


@dataclass
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    restart_at: float | None = field(default=None)


class Supervisor:
    """Starts programs, each in a process group of its own, restarts those that end, and ends all.

    A guard process holds the list of groups and the read end of a pipe. When this process is gone,
    however it went, the pipe closes and the guard ends what is left of the groups: web servers'
    and workers' own children too, which a parent-death signal would not reach.
    """

    def __init__(
        self, programs: Sequence[Program], *, cwd: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self._programs = programs
        self._cwd = cwd
        self._env = env
        self._running: list[_Running] = []
        self._stopping = False
        self._guard_pipe = -1

    def run(self, *, say: Callable[[str], None], ready: Callable[[], None]) -> None:
        """Run until SIGINT or SIGTERM."""
        self._guard_pipe = start_guard()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        try:
            self._running = [self._start(program) for program in self._programs]
            ready()
            while not self._stopping:
                for running in self._running:
                    self._look_after(running, say)
                time.sleep(LOOK_EVERY_SECONDS)
        finally:
            self._stop_all()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _start(self, program: Program, failures: int = 0) -> _Running:
        process = subprocess.Popen(
            program.argv,
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.write(self._guard_pipe, f"{process.pid}\n".encode())
        return _Running(program, process, time.monotonic(), failures)

    def _look_after(self, running: _Running, say: Callable[[str], None]) -> None:
        """Restart a program that ended: at once, and ever later when it keeps ending."""
        code, now = running.process.poll(), time.monotonic()
        if code is None:
            return
        if running.restart_at is None:
            _end_group(running.process.pid)
            well = now - running.started >= WELL_AFTER_SECONDS
            running.failures = 0 if well else running.failures + 1
            pause = 0.0 if well else min(2.0 ** (running.failures - 1) - 1, LONGEST_PAUSE_SECONDS)
            running.restart_at = now + pause
            say(f"The {running.program.name} ended ({_ending(code)}); starting it again.")
        if now >= running.restart_at:
            again = self._start(running.program, running.failures)
            self._running[self._running.index(running)] = again

    def _stop_all(self) -> None:
        """Ask every program to end, wait a little, and end what is left of its group."""
        for running in self._running:
            running.process.terminate()
        patience = time.monotonic() + GRACE_SECONDS
        for running in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(max(0.0, patience - time.monotonic()))
            _end_group(running.process.pid)
            running.process.wait()


def start_guard() -> int:
    """Fork the guard; returns the pipe's write end, where it is told the groups to end."""
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        os.close(write_end)
        _guard(read_end)
    os.close(read_end)
    return write_end


def _guard(read_end: int) -> None:
    """Wait for the pipe to close, then end every group that was named on it."""
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        with os.fdopen(read_end) as named:
            groups = [int(line) for line in named]
        for group in groups:
            _end_group(group)
    finally:
        os._exit(0)


def _end_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def python(*arguments: str) -> list[str]:
    """A command line for this same Python."""
    return [sys.executable, *arguments]
