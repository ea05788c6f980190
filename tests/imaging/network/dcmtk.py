"""Debian's dcmtk as peers: they call, and the test's own thread answers; or they are called."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imaging.dicom.network.listener import listen
from imaging.dicom.network.provider import Association, Bounds, Name
from imaging.services.receiving import NetworkDesk
from tests.postgres import free_port, wait_until

NAME = Name(("1.2.3", "TEST"))
MISSING = shutil.which("storescu") is None and not os.environ.get("CI")
needs_dcmtk = pytest.mark.skipif(MISSING, reason="dcmtk is not installed")


def call(*command: str | Path, title: str = "SCANNER", called: str = "STUDYSITE") -> int:
    """Run one of dcmtk's senders against us, and answer its one association; its exit code.
    `PORT` in the command stands for where we are."""
    listener = listen("127.0.0.1", 0)
    with listener:
        listener.settimeout(10)
        port = str(listener.getsockname()[1])
        program, *rest = [port if word == "PORT" else str(word) for word in command]
        titles = ["--aetitle", title, "--call", called]
        with subprocess.Popen(
            [program, *titles, *rest],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TCP_NODELAY": "1"},
        ) as process:
            connection, address = listener.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Association(connection, address[0], NetworkDesk(), NAME, Bounds()).serve()
            return process.wait(10)


@contextmanager
def sink(folder: Path, *options: str) -> Iterator[int]:
    """dcmtk's storescp with a folder; the port at which it takes whatever comes."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = ["storescp", *options, "--output-directory", str(folder), str(port)]
    with _running(command, port):
        yield port


@contextmanager
def archive(folder: Path, title: str) -> Iterator[int]:
    """dcmtk's archive, dcmqrscp, which keeps an index and knows who may call."""
    port = free_port()
    (folder / "kept").mkdir(parents=True)
    settings = folder / "archive.cfg"
    settings.write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 4\n"
        "HostTable BEGIN\nstudy = (STUDYSITE, localhost, 104)\nHostTable END\n"
        "VendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\n{title} {folder / 'kept'} RW (50, 1024mb) study\nAETable END\n"
    )
    with _running(["dcmqrscp", "--config", str(settings)], port):
        yield port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "TCP_NODELAY": "1"}, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: _listens(port), command[0], 20)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0
