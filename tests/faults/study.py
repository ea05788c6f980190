"""A study in a folder of its own, run by processes that a test starts, kills and looks for."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]


class Study:
    """The embedded study, or whatever the environment makes of it."""

    interpreter, root = sys.executable, ROOT

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.database_url = environment.get("DATABASE_URL", "")
        self.env = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "studysite.settings",
            "VAR_DIR": str(folder),
            "JOB_LEASE_SECONDS": "1",
            "LC_ALL": "C.UTF-8",
            **environment,
        }

    def python(self, *arguments: str) -> str:
        """Run this Python in the study; what it prints."""
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def client(self, *arguments: str) -> str:
        """Ask the study for something."""
        return self.python("-m", "tests.faults.client", *arguments)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start this Python in the study, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[str]]:
        """A Celery worker, killed with -9 at the end with all its children."""
        flags = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
        command = ["-m", "celery", "-A", "tests.faults.worker_app", "worker", *flags]
        worker = self.start(*command, "--concurrency", "1", "--loglevel", "WARNING")
        try:
            yield worker
        finally:
            kill_group(worker)

    def value(self, query: str) -> object:
        """The first value of a query's first row."""
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        else:
            with closing(sqlite3.connect(self.folder / "study.sqlite3")) as connection:
                row = connection.execute(query).fetchone()
        return row[0]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Every row of a query."""
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(query).fetchall()  # type: ignore[arg-type]
        with closing(sqlite3.connect(self.folder / "study.sqlite3")) as connection:
            return connection.execute(query).fetchall()

    def job_state(self) -> object:
        """The state of the one job."""
        return self.value("SELECT state FROM core_job")

    def attempts(self) -> object:
        """How often the one job was begun."""
        return self.value("SELECT attempts FROM core_job")

    def effects(self) -> object:
        """How often a job's result was stored."""
        return self.value("SELECT count(*) FROM core_act WHERE action = 'test.effect'")

    def processes(self) -> dict[int, str]:
        """Command lines of every process that runs in this study, by process id."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and str(self.folder).encode() in _read(entry / "environ"):
                    found[int(entry.name)] = _read(entry / "cmdline").replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return {number: line for number, line in found.items() if line}


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a process and its children with -9."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


def _read(path: Path) -> bytes:
    return path.read_bytes()
