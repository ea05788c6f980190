"""A scanner that sends object after object to the receiver, whoever is killed meanwhile."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from pathlib import Path

from tests.faults.receiver import uid_of, write_objects

ACKNOWLEDGED = "Received Store Response (Success)"


class Scanner(threading.Thread):
    """dcmtk's `storescu`, again and again; it remembers what it was told is there."""

    def __init__(self, port: int, folder: Path, stop: threading.Event) -> None:
        super().__init__()
        self.port, self.folder, self.stopping = port, folder, stop
        self.acknowledged: set[str] = set()
        self.refusals = 0

    def run(self) -> None:
        """Until told to stop. An object that was not acknowledged is not sent again."""
        while not self.stopping.is_set():
            (path,) = write_objects(self.folder, 1)
            if ACKNOWLEDGED in self._send(path):
                self.acknowledged.add(uid_of(path))
            else:
                self.refusals += 1
                time.sleep(0.2)
            time.sleep(0.1)

    def _send(self, path: Path) -> str:
        titles = ("--aetitle", "SCANNER", "--call", "STUDYSITE")
        waits = ("--timeout", "5", "--acse-timeout", "30", "--dimse-timeout", "30")
        command = ["storescu", "-v", *titles, *waits, "127.0.0.1", str(self.port), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return done.stdout + done.stderr


def is_there() -> bool:
    """Whether this machine can play a scanner."""
    return shutil.which("storescu") is not None
