"""How pages stand the growth of a study: the same pages at 60 and at 20,000 participants with five
million events in the trail. Queries are to be as many, and the 95th percentile of the times less
than 1.5 times as long.

python -m tests.bench.pages [--engine postgresql] [--rounds 40] [--json FILE] [--only NAME]
    [--sizes 60 600 2400 20000] [--server URL]
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

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from studysite.core.audit.writer import writing
from studysite.core.models import User
from tests.audit import TESTER
from tests.bench.studies import Study, kept
from tests.bench.world import EVENTS_A_PARTICIPANT
from tests.postgres import newest_postgres, running_postgres

MOST_RATIO = 1.5
HEAD = """\
Pages at {0} (small), {1} (middle), {2} (full) and {3} participants with {events} events in the
trail, on {engine} through the whole stack. Each page of the large study is held to the smallest of
the others in which it shows as much; the page's size in kB, there and here, says whether it does.
Queries there and here; 95th percentile of processor time in ms, of this process and of the
database's that serves it, there and here, and how many times as long; the same by the clock on the
wall. A page that counts everything there is names no study that it is held to.
"""
MONITOR, COORDINATOR, ANALYST, MANAGER = "rui-XA", "yang-XA", "fang-XA", "jie-XA"
READER, INVESTIGATOR = "min-XA", "li-XA"


@dataclass(frozen=True)
class Page:
    """A page, and who asks for it. `held_to` is the study that the large one is compared with: the
    smallest in which the page shows as much, or none where the page counts everything there is."""

    name: str
    username: str
    address: str
    held_to: str = "small"


PAGES = (
    Page("participants", MONITOR, "/participants/"),
    Page("participants, third page", COORDINATOR, "/participants/?page=3"),
    Page("participants by state", COORDINATOR, "/participants/?order=state"),
    Page("participants by birth", COORDINATOR, "/participants/?order=-born"),
    Page("participants, searched", COORDINATOR, "/participants/?q=01", "full"),
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
    Page("calendar", COORDINATOR, "/calendar/", "full"),
    Page("due", COORDINATOR, "/due/", "middle"),
    Page("log", COORDINATOR, "/log/", "middle"),
    Page("scans", ANALYST, "/scans/", "middle"),
    Page("held scans", COORDINATOR, "/scans/held/", "middle"),
    Page("jobs", COORDINATOR, "/jobs/", "middle"),
    Page("closing", MANAGER, "/closing/", "middle"),
    Page("reads", READER, "/reads/", "middle"),
    Page("a read", READER, "/reads/{read}/"),
    Page("worklist, reader", READER, "/", "middle"),
    Page("worklist, coordinator", COORDINATOR, "/", "middle"),
    Page("worklist, investigator", INVESTIGATOR, "/", "middle"),
    Page("worklist, analyst", ANALYST, "/", "middle"),
    Page("worklist, data manager", MANAGER, "/", "middle"),
    Page("verification", MONITOR, "/verification/", ""),
    Page("monitor's desk", MONITOR, "/monitoring/", ""),
    Page("API: participants", COORDINATOR, "/api/v1/participants/?limit=50"),
    Page("API: trail", MONITOR, "/api/v1/audit/events/"),
    Page("API: queries", MONITOR, "/api/v1/queries/?limit=50", "middle"),
)  # fmt: skip


@dataclass
class Lap:
    """What a page took in one study: queries, bytes, and each time in milliseconds, of processors
    and by the clock on the wall."""

    queries: int = 0
    size: int = 0
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
            f"{self.page.name:30} {self.page.held_to:6} {small.size / 1000:6.1f} "
            f"{large.size / 1000:6.1f} {small.queries:4} {large.queries:4} "
            f"{small.p95_ms:8.1f} {large.p95_ms:8.1f} {self.ratio:6.2f} "
            f"{small.wall_p95_ms:8.1f} {large.wall_p95_ms:8.1f}"
            f"{'' if self.holds else '  MISSES'}"
        )


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
        lap.queries, lap.size = len(queries), len(answer.content)
        if answer.status_code != 200:
            raise AssertionError(f"{address} answers {answer.status_code}")
        return
    wall, own = time.perf_counter(), _worked_s()
    client.get(address)
    lap.own_ms.append((_worked_s() - own) * 1000)
    lap.wall_ms.append((time.perf_counter() - wall) * 1000)


def _worked_s() -> float:
    """Seconds that processors worked: in this process, where SQLite works as well, and in the
    server's process of the connection."""
    own = time.process_time()
    if connection.vendor == "sqlite":
        return own
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return own + int(server.read_text().split()[0]) / 1e9


def figures(races: Sequence[Race]) -> list[dict[str, object]]:
    """What the file holds."""
    return [
        {
            "page": entry.page.name,
            "held_to": entry.page.held_to,
            "kB": [entry.small.size / 1000, entry.large.size / 1000],
            "queries": [entry.small.queries, entry.large.queries],
            "p95_ms": [entry.small.p95_ms, entry.large.p95_ms],
            "wall_p95_ms": [entry.small.wall_p95_ms, entry.large.wall_p95_ms],
            "ratio": entry.ratio,
            "holds": entry.holds,
        }
        for entry in races
    ]


def run(studies: Sequence[Study], rounds: int, only: Sequence[str]) -> list[Race]:
    """Each page in the large study, which is the last, beside the one that it is held to."""
    chosen = [page for page in PAGES if not only or page.name in only]
    races = []
    bases = dict(zip(("small", "middle", "full"), studies[:3], strict=True)) | {"": studies[0]}
    for which, base in bases.items():
        pages = [page for page in chosen if page.held_to == which]
        races += race(base, studies[3], pages, rounds)
    return races


@contextmanager
def _server(engine: str, given: str) -> Iterator[str]:
    """The PostgreSQL server to make the studies on: one that runs, or one of our own."""
    programs = newest_postgres()
    if engine == "sqlite" or given or programs is None:
        yield given
        return
    with running_postgres(programs) as url:
        yield url


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--server", default="", help="URL of a PostgreSQL that keeps the studies")
    parser.add_argument("--sizes", type=int, nargs=4, default=(60, 600, 2_400, 20_000))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=Path("var/bench-pages"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", action="append", default=[])
    given = parser.parse_args()
    with _server(given.engine, given.server) as server:
        if given.engine != "sqlite" and not server:
            parser.error("Debian's postgresql is not installed.")
        studies = [kept(given.folder, size, server) for size in given.sizes]
        races = run(studies, given.rounds, given.only)
    events = given.sizes[3] * EVENTS_A_PARTICIPANT
    sys.stdout.write(HEAD.format(*given.sizes, events=events, engine=given.engine))
    sys.stdout.write("\n".join(map(str, races)) + "\n")
    path = given.json or Path(f"var/bench-pages-{given.engine}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures(races), indent=1) + "\n")


if __name__ == "__main__":
    main()
