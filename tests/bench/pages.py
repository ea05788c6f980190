"""How pages stand the growth of a study: the same pages at 60 and at 20,000 participants with five
million events in the trail. Queries are to be as many, and the 95th percentile of the times less
than 1.5 times as long.

python -m tests.bench.pages [--sizes 60 600 20000] [--rounds 40] [--json FILE] [--only NAME]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
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
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from studysite.core.audit.writer import writing
from studysite.core.models import AuditEvent, User
from tests.audit import TESTER
from tests.bench.world import EVENTS_A_PARTICIPANT, make
from tests.engines import connected_to

MOST_RATIO = 1.5
HEAD = """\
Pages at {0} (small), {1} (middle) and {2} participants with {events} events in the trail, on SQLite
through the whole stack in one process. Queries there and here; 95th percentile of the process's own
time in ms, there and here, and how many times as long; the same by the clock on the wall. A page
that counts everything there is names no study that it is held to.
"""
MONITOR, COORDINATOR, ANALYST, MANAGER = "rui-XA", "yang-XA", "fang-XA", "jie-XA"
READER, INVESTIGATOR = "min-XA", "li-XA"


@dataclass(frozen=True)
class Page:
    """A page, and who asks for it. `held_to` is the study that the large one is compared with:
    `small`, `middle` where a page of the list is not full in the small one, or none where the page
    counts everything there is."""

    name: str
    username: str
    address: str
    held_to: str = "small"


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
    Page("trail since a day", MONITOR, "/audit/?since={day}"),
    Page("trail, far down", MONITOR, "/audit/?before={middle}"),
    Page("history of a value", MONITOR, "/participants/{number}/values/{entry}/pacemaker/"),
    Page("queries", MONITOR, "/queries/", "middle"),
    Page("calendar", COORDINATOR, "/calendar/", "middle"),
    Page("due", COORDINATOR, "/due/", "middle"),
    Page("log", COORDINATOR, "/log/", "middle"),
    Page("scans", ANALYST, "/scans/", "middle"),
    Page("held scans", COORDINATOR, "/scans/held/", "middle"),
    Page("jobs", COORDINATOR, "/jobs/", "middle"),
    Page("closing", MANAGER, "/closing/", "middle"),
    Page("reads", READER, "/reads/", "middle"),
    Page("worklist, coordinator", COORDINATOR, "/", "middle"),
    Page("worklist, investigator", INVESTIGATOR, "/", "middle"),
    Page("worklist, analyst", ANALYST, "/", "middle"),
    Page("worklist, data manager", MANAGER, "/", "middle"),
    Page("verification", MONITOR, "/verification/", ""),
    Page("monitor's desk", MONITOR, "/monitoring/", ""),
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
        """Whether both bars are kept; of a page that counts everything, the queries' alone."""
        same = self.small.queries == self.large.queries
        return same and (self.ratio < MOST_RATIO or not self.page.held_to)

    def __str__(self) -> str:
        small, large = self.small, self.large
        return (
            f"{self.page.name:30} {self.page.held_to:6} {small.queries:4} {large.queries:4} "
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


def _kept(folder: Path, size: int) -> Path:
    """Where a study is kept from run to run: of today, for it has visits that are due, and of this
    schema. Others of its size are thrown away."""
    names = sorted(map(str, MigrationLoader(None).disk_migrations or ()))
    edition = hashlib.sha256("".join([*names, str(timezone.localdate())]).encode()).hexdigest()[:8]
    for left in folder.glob(f"{size}-*"):
        if left.name != f"{size}-{edition}":
            shutil.rmtree(left)
    return folder / f"{size}-{edition}"


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


def figures(races: Sequence[Race]) -> list[dict[str, object]]:
    """What var/bench-pages.json holds."""
    return [
        {
            "page": entry.page.name,
            "held_to": entry.page.held_to,
            "queries": [entry.small.queries, entry.large.queries],
            "p95_ms": [entry.small.p95_ms, entry.large.p95_ms],
            "wall_p95_ms": [entry.small.wall_p95_ms, entry.large.wall_p95_ms],
            "ratio": entry.ratio,
            "holds": entry.holds,
        }
        for entry in races
    ]


def run(folder: Path, sizes: tuple[int, int, int], rounds: int, only: Sequence[str]) -> list[Race]:
    """Each page in the large study beside the one that it is held to: the small one where a page
    of the list is full there already, else the middle one."""
    studies = [study(_kept(folder, size), size, size * EVENTS_A_PARTICIPANT) for size in sizes]
    chosen = [page for page in PAGES if not only or page.name in only]
    races = []
    for which, base in zip(("small", "middle"), studies[:2], strict=True):
        pages = [page for page in chosen if page.held_to == which]
        races += race(base, studies[2], pages, rounds)
    pages = [page for page in chosen if not page.held_to]
    return races + race(studies[0], studies[2], pages, rounds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=3, default=(60, 600, 20_000))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=Path("var/bench-pages"))
    parser.add_argument("--json", type=Path, default=Path("var/bench-pages.json"))
    parser.add_argument("--only", action="append", default=[])
    given = parser.parse_args()
    races = run(given.folder, tuple(given.sizes), given.rounds, given.only)
    sys.stdout.write(HEAD.format(*given.sizes, events=given.sizes[2] * EVENTS_A_PARTICIPANT))
    sys.stdout.write("\n".join(map(str, races)) + "\n")
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(figures(races), indent=1) + "\n")


if __name__ == "__main__":
    main()
