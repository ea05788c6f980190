"""A DICOM receiver of a study in processes of its own, and files to send it."""

from __future__ import annotations

import os
import struct
import subprocess
import time
from pathlib import Path

from imaging.dicom.network.messages import file_header
from tests.faults.study import Study, kill_group
from tests.postgres import free_port, wait_until

MR = "1.2.840.10008.5.1.4.1.1.4"
EXPLICIT = "1.2.840.10008.1.2.1"
ROOT = "1.2.826.0.1.3680043.8.498.99"


class Receiver:
    """Started, killed, and started again on the same port."""

    def __init__(
        self, study: Study, processes: int = 2, quiet_s: float = 0.5, whole: bool = False
    ) -> None:
        self.study, self.port, self.processes = study, free_port(), processes
        study.env["DICOM_QUIET_SECONDS"] = str(quiet_s)
        study.client("node")
        self.serve() if whole else self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = self.study.start(
            "manage.py", "receive_dicom", "--port", str(self.port),
            "--processes", str(self.processes),
        )  # fmt: skip
        wait_until(self.answers, "the receiver", 90)

    def serve(self) -> None:
        """Start web, worker, clock and receiver as one, and wait until the receiver answers."""
        self.process = self.study.start(
            "manage.py", "serve", "--port", str(free_port()), "--dicom-port", str(self.port)
        )
        wait_until(self.answers, "the receiver", 90)

    def answers(self) -> bool:
        """Whether an echo comes back."""
        echo = self.dcmtk("echoscu")
        echo.communicate(timeout=20)
        return echo.returncode == 0

    def dcmtk(self, program: str, *rest: str) -> subprocess.Popen[str]:
        """One of dcmtk's senders, under way."""
        titles = ["--aetitle", "SCANNER", "--call", "STUDYSITE"]
        return subprocess.Popen(
            [program, "-v", *titles, "127.0.0.1", str(self.port), *rest],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "TCP_NODELAY": "1"},
        )

    def kill(self) -> None:
        """Kill it with -9; its children go with it, by themselves."""
        kill_group(self.process)
        wait_until(lambda: not self.study.processes(), "its children to end", 5)

    def spooled(self) -> list[str]:
        """The SOP Instance UIDs of what lies whole on the spool."""
        found = []
        for path in (self.study.folder / "spool").rglob("*"):
            if path.suffix == ".kept" or path.name.isdigit():
                found.append(_uid_in(path.read_bytes()))
        return found


def write_objects(folder: Path, count: int, pixel_bytes: int = 2048) -> list[Path]:
    """MR objects with no more in them than a sender needs."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number in range(count):
        path = folder / f"{number:05d}.dcm"
        path.write_bytes(object_bytes(pixel_bytes))
        paths.append(path)
    return paths


def object_bytes(pixel_bytes: int = 2048) -> bytes:
    """One such object, unlike any other."""
    uid = f"{ROOT}.{time.time_ns()}.{int.from_bytes(os.urandom(4))}"
    content = b"".join(
        _element(group, element, vr, value)
        for group, element, vr, value in (
            (8, 0x16, b"UI", MR.encode()),
            (8, 0x18, b"UI", uid.encode()),
            (8, 0x60, b"CS", b"MR"),
            (0x10, 0x20, b"LO", b"NOBODY"),
            (0x20, 0xD, b"UI", ROOT.encode() + b".1"),
            (0x20, 0xE, b"UI", ROOT.encode() + b".2"),
            (0x28, 0x2, b"US", struct.pack("<H", 1)),
            (0x28, 0x4, b"CS", b"MONOCHROME2"),
            (0x28, 0x10, b"US", struct.pack("<H", 512)),
            (0x28, 0x11, b"US", struct.pack("<H", pixel_bytes // 1024)),
            (0x28, 0x100, b"US", struct.pack("<H", 16)),
            (0x28, 0x101, b"US", struct.pack("<H", 16)),
            (0x28, 0x102, b"US", struct.pack("<H", 15)),
            (0x28, 0x103, b"US", struct.pack("<H", 0)),
            (0x7FE0, 0x10, b"OW", os.urandom(pixel_bytes)),
        )
    )
    return file_header(MR, uid, EXPLICIT, ("1.2.3", "TEST")) + content


def uid_of(path: Path) -> str:
    """The SOP Instance UID of a file that `write_objects` wrote."""
    return _uid_in(path.read_bytes())


def _uid_in(content: bytes) -> str:
    start = content.index(b"\x02\x00\x03\x00UI") + 6
    (length,) = struct.unpack_from("<H", content, start)
    return content[start + 2 : start + 2 + length].decode().rstrip("\0")


def _element(group: int, element: int, vr: bytes, value: bytes) -> bytes:
    value += (b"\0" if vr == b"UI" else b" ") * (len(value) % 2)
    if vr == b"OW":
        return struct.pack("<HH2sxxI", group, element, vr, len(value)) + value
    return struct.pack("<HH2sH", group, element, vr, len(value)) + value
