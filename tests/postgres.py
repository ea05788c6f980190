"""Debian's PostgreSQL, in a folder and on a port of its own, for as long as a test run lasts."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
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


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """A server; its URL, without a database name. Root lends it Debian's `postgres` account."""
    # PostgreSQL refuses to run as root, so it has to be somebody else's folder and process.
    account = {"user": "postgres", "group": "postgres", "extra_groups": []}
    lent: dict = account if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="study-postgres-"))
    if lent:
        shutil.chown(folder, "postgres", "postgres")
    data, port = folder / "data", free_port()
    make = [programs / "initdb", "-D", data, "-U", "study", "-A", "trust", "-E", "UTF8"]
    subprocess.run(
        [*make, "--no-sync", "--no-instructions"], check=True, capture_output=True, **lent
    )
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
    command: Sequence[object] = [programs / "postgres", "-D", data, "-p", str(port)]
    command = [*command, *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([str(part) for part in command], stderr=log, cwd=folder, **lent)
    url = f"postgres://study@127.0.0.1:{port}"
    try:
        wait_until(lambda: accepts(f"{url}/postgres"), "PostgreSQL")
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(PATIENCE_SECONDS)
        shutil.rmtree(folder)


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
