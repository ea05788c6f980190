"""How long capture, sealing and proof of the audit trail take, on SQLite.

python -m tests.bench.trail [--events 1000000]
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

from django.core.management import call_command
from django.db import connection

from studysite.core.audit import install, sealing, verify
from studysite.core.audit.writer import writing
from tests.audit import TESTER
from tests.engines import connected_to

ROWS = 20_000


@dataclass(frozen=True)
class Figures:
    """Seconds of processor time, and the most memory that this process ever had."""

    events: int
    plain_s: float
    captured_s: float
    seal_s: float
    verify_s: float
    memory_mib: float
    findings: list[str]

    @property
    def capture_ms(self) -> float:
        """What the trail adds to one row."""
        return (self.captured_s - self.plain_s) / self.events * 1000

    def __str__(self) -> str:
        return (
            f"{self.events} events: capture {self.capture_ms:.3f} ms a row, seal "
            f"{self.seal_s:.1f} s, verify {self.verify_s:.1f} s, {self.memory_mib:.0f} MiB; "
            f"{'holds' if not self.findings else self.findings[0]}"
        )


def measure(events: int, folder: Path) -> Figures:
    """Make a past of so many events in a database of its own, seal it and prove it."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    with connected_to(url):
        call_command("migrate", verbosity=0, interactive=False)
        install.take_off("default")
        plain_s = timed(lambda: write(events, "plain"))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_site")
        install.put_on("default")
        captured_s = timed(lambda: write(events, "kept"))
        seal_s = timed(sealing.seal)
        key = sealing.public_key()
    findings: list[str] = []
    place = url.removeprefix("sqlite:///")
    verify_s = timed(lambda: findings.extend(verify.verify(place, [], key)[0]))
    memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figures(events, plain_s, captured_s, seal_s, verify_s, memory_mib, findings)


def write(events: int, word: str) -> None:
    """Rows that come, and then change as often as it takes."""
    rows = min(ROWS, events)
    insert = "INSERT INTO core_site (id, code, name, last_number) VALUES (%s, %s, %s, 0)"
    change = "UPDATE core_site SET last_number = %s, name = %s WHERE id = %s"
    with writing(TESTER), connection.cursor() as cursor:
        cursor.executemany(insert, [(n, f"{n:x}", word) for n in range(1, rows + 1)])
        for first in range(rows, events, ROWS):
            numbers = range(first, min(first + ROWS, events))
            cursor.executemany(change, [(n, f"{word} {n}", n % rows + 1) for n in numbers])


def timed(work: Callable[[], object]) -> float:
    """Seconds of this process's own time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="study-trail-") as folder:
        print(measure(given.events, Path(folder)))


if __name__ == "__main__":
    main()
