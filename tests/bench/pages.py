"""How pages stand the growth of a study: the same pages at 60 and at 20,000 participants with five
million events in the trail. Queries are to be as many, and the 95th percentile of the times less
than 1.5 times as long.

python -m tests.bench.pages [--small 60] [--large 20000] [--rounds 40] [--json FILE] [--only NAME]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from studysite.core.audit.writer import writing
from studysite.core.models import AuditEvent, User
from tests.audit import TESTER
from tests.bench.world import EVENTS_A_PARTICIPANT, make
from tests.engines import connected_to

MOST_RATIO = 1.5
MONITOR, COORDINATOR, ANALYST, MANAGER = "rui-XA", "yang-XA", "fang-XA", "jie-XA"
READER, INVESTIGATOR = "min-XA", "li-XA"


@dataclass(frozen=True)
class Page:
    """A page, and who asks for it."""

    name: str
    username: str
    address: str


PAGES = (
    Page("participants", MONITOR, "/participants/"),
    Page("participants, third page", COORDINATOR, "/participants/?page=3"),
    Page("participants by state", COORDINATOR, "/participants/?order=state"),
    Page("participants by birth", COORDINATOR, "/participants/?order=-born"),
    Page("participants, searched", COORDINATOR, "/participants/?q=01"),
    Page("one participant", MONITOR, "/participants/{number}/"),
    Page("one participant, coordinator", COORDINATOR, "/participants/{number}/"),
    Page("a participant's scans", ANALYST, "/scans/of/{number}/"),
    Page("a form", COORDINATOR, "/participants/{number}/visits/screening/mri_safety/"),
    Page("trail", MONITOR, "/audit/"),
    Page("trail of a participant", MONITOR, "/audit/?subject={number}"),
    Page("trail of a form", MONITOR, "/audit/?form=mri_safety"),
    Page("trail of an item", MONITOR, "/audit/?form=mri_safety&item=pacemaker"),
    Page("trail of one's item", MONITOR, "/audit/?subject={number}&form=mri_safety&item=pacemaker"),
    Page("trail of a person", MONITOR, "/audit/?person=li-XA"),
    Page("trail of an action", MONITOR, "/audit/?action=enrol"),
    Page("trail of a day", MONITOR, "/audit/?since={day}&until={day}"),
    Page("trail, far down", MONITOR, "/audit/?before={middle}"),
    Page("history of a value", MONITOR, "/participants/{number}/values/{entry}/pacemaker/"),
    Page("queries", MONITOR, "/queries/"),
    Page("calendar", COORDINATOR, "/calendar/"),
    Page("due", COORDINATOR, "/due/"),
    Page("log", COORDINATOR, "/log/"),
    Page("scans", ANALYST, "/scans/"),
    Page("held scans", COORDINATOR, "/scans/held/"),
    Page("jobs", COORDINATOR, "/jobs/"),
    Page("closing", MANAGER, "/closing/"),
    Page("reads", READER, "/reads/"),
    Page("worklist, coordinator", COORDINATOR, "/"),
    Page("worklist, investigator", INVESTIGATOR, "/"),
    Page("worklist, analyst", ANALYST, "/"),
    Page("worklist, data manager", MANAGER, "/"),
    Page("verification", MONITOR, "/verification/"),
    Page("monitor's desk", MONITOR, "/monitoring/"),
    Page("API: participants", COORDINATOR, "/api/v1/participants/?limit=50"),
    Page("API: trail", MONITOR, "/api/v1/audit/events/"),
    Page("API: queries", MONITOR, "/api/v1/queries/?limit=50"),
)  # fmt: skip


@dataclass
class Lap:
    """What a page took in one study: queries, and each time in milliseconds, of this process's
    own (SQLite works in it) and by the clock on the wall."""

    queries: int = 0
    own_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)

    @property
    def p95_ms(self) -> float:
        """The 95th percentile of processor time."""
        return _p95(self.own_ms)

    @property
    def wall_p95_ms(self) -> float:
        """The 95th percentile by the clock."""
        return _p95(self.wall_ms)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


@dataclass
class Race:
    """One page in both studies."""

    page: Page
    small: Lap = field(default_factory=Lap)
    large: Lap = field(default_factory=Lap)

    @property
    def ratio(self) -> float:
        """How many times as long the large one takes."""
        return self.large.p95_ms / self.small.p95_ms

    @property
    def holds(self) -> bool:
        """Whether both bars are kept."""
        return self.ratio < MOST_RATIO and self.small.queries == self.large.queries

    def __str__(self) -> str:
        small, large = self.small, self.large
        return (
            f"{self.page.name:32} {small.queries:4} {large.queries:4} "
            f"{small.p95_ms:8.1f} {large.p95_ms:8.1f} {self.ratio:6.2f} "
            f"{small.wall_p95_ms:8.1f} {large.wall_p95_ms:8.1f}"
            f"{'' if self.holds else '  MISSES'}"
        )


@dataclass(frozen=True)
class Study:
    """A database with a study in it, and what the addresses name in it."""

    folder: Path
    names: dict[str, object]

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Django works in it."""
        with _connected(self.folder):
            yield


@contextmanager
def _connected(folder: Path) -> Iterator[None]:
    default, vault = (f"sqlite:///{folder / name}.sqlite3" for name in ("study", "vault"))
    with connected_to(default), connected_to(vault, "vault"):
        yield


def study(folder: Path, participants: int, events: int) -> Study:
    """The study in a folder, made where it is not there."""
    known = folder / "names.json"
    if not known.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        with _connected(folder):
            for alias in ("default", "vault"):
                call_command("migrate", database=alias, verbosity=0, interactive=False)
            scene = make(participants, events)
            names = scene.names | {
                "middle": AuditEvent.objects.order_by("-seq").values_list("seq", flat=True)[0] // 2,
                "day": str(timezone.localdate().replace(day=1)),
            }
        known.write_text(json.dumps(names, default=str))
    return Study(folder, json.loads(known.read_text()))


def race(small: Study, large: Study, pages: Sequence[Page], rounds: int) -> list[Race]:
    """Ask for every page so often in both studies, by turns."""
    races = [Race(page) for page in pages]
    for turn in range(rounds + 1):
        for each, lap in ((small, "small"), (large, "large")):
            with each.connected(), translation.override("en"):
                clients = _clients(races)
                for entry in races:
                    _ask(clients[entry.page.username], entry.page, each, getattr(entry, lap), turn)
    return races


def _clients(races: list[Race]) -> dict[str, Client]:
    clients = {}
    for username in sorted({entry.page.username for entry in races}):
        clients[username] = Client(headers={"host": "localhost"})
        with writing(TESTER):
            clients[username].force_login(User.objects.get(username=username))
    return clients


def _ask(client: Client, page: Page, study: Study, lap: Lap, turn: int) -> None:
    """One request; the first is the one that counts queries, and warms up."""
    address = page.address.format(**study.names)
    if turn == 0:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        lap.queries = len(queries)
        if answer.status_code != 200:
            raise AssertionError(f"{address} answers {answer.status_code}")
        return
    wall, own = time.perf_counter(), time.process_time()
    client.get(address)
    lap.own_ms.append((time.process_time() - own) * 1000)
    lap.wall_ms.append((time.perf_counter() - wall) * 1000)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=60)
    parser.add_argument("--large", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    parser.add_argument("--only", action="append", default=[])
    given = parser.parse_args()
    pages = [page for page in PAGES if not given.only or page.name in given.only]
    studies = [
        study(given.folder / f"{size}", size, size * EVENTS_A_PARTICIPANT)
        for size in (given.small, given.large)
    ]
    races = race(*studies, pages, given.rounds)
    sys.stdout.write("\n".join(map(str, races)) + "\n")


if __name__ == "__main__":
    main()
