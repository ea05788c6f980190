"""Debian's dcmtk as peers: they call, and the test's own thread answers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from imaging.dicom.network.listener import listen
from imaging.dicom.network.provider import Association, Bounds, Name
from imaging.services.receiving import NetworkDesk

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
