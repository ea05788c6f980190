"""Debian's PostgreSQL, in a folder and on a port of its own, for as long as a test run lasts."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

DEBIAN = Path("/usr/lib/postgresql")
PATIENCE_SECONDS = 60.0


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(happened, what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Look until it happened; fail in words when it does not."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.05)


def newest_postgres() -> Path | None:
    """The folder of Debian's newest PostgreSQL programs, if it is installed."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


class Postgres:
    """A server in a folder and on a port of its own, started and stopped as often as one likes.
    Root lends it Debian's `postgres` account."""

    def __init__(self, programs: Path, *options: str, network: str = "127.0.0.1/32") -> None:
        # PostgreSQL refuses to run as root, so it has to be somebody else's folder and process.
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self._lent: dict = account if os.getuid() == 0 else {}
        self.folder = Path(tempfile.mkdtemp(prefix="study-postgres-"))
        if self._lent:
            shutil.chown(self.folder, "postgres", "postgres")
        self.data, self.port = self.folder / "data", free_port()
        self.programs, self.options, self.network = programs, options, network
        self.url = f"postgres://study@127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs as its account."""
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self._lent)

    def make(self) -> None:
        """Make an empty cluster."""
        flags = ["-U", "study", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]
        self.run("initdb", "-D", str(self.data), *flags)
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {self.network} trust\n")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        addresses = "127.0.0.1" if self.network == "127.0.0.1/32" else "*"
        options = [f"listen_addresses={addresses}", f"unix_socket_directories={self.folder}"]
        command = [self.programs / "postgres", "-D", self.data, "-p", str(self.port)]
        flags = [f"--{option}" for option in (*options, "fsync=off", *self.options)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(part) for part in (*command, *flags)],
                stderr=log,
                cwd=self.folder,
                **self._lent,
            )
        wait_until(lambda: accepts(f"{self.url}/postgres"), "PostgreSQL")

    def stop(self) -> None:
        """End it at once, as when its machine goes: it recovers when it is started again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def remove(self) -> None:
        """End it for good."""
        self.stop()
        shutil.rmtree(self.folder)


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """A server; its URL, without a database name."""
    server = Postgres(programs)
    try:
        server.make()
        server.start()
        yield server.url
    finally:
        server.remove()


def accepts(url: str) -> bool:
    """Whether a server answers there."""
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def make_database(url: str, name: str) -> str:
    """Create a database; returns its URL."""
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return f"{url}/{name}"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of the test run's own; add `/name` of a database made in it."""
    programs = newest_postgres()
    if programs is None:
        pytest.skip("Debian's postgresql is not installed")
    with running_postgres(programs) as url:
        yield url
