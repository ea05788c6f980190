"""Fifty coordinators at their screens while scans arrive and nerves are measured.

    python -m tests.bench.load [--coordinators 50] [--seconds 120] [--measurements 10]

PostgreSQL, Redis, gunicorn with two processes, workers of each queue and the clock, all on this
machine; the coordinators are locust's (tests/bench/load_journeys.py), each with a pause of 2 to 8 s
between two clicks. Ends with 1 where a request failed or a job did.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.hourly import QUEUE_FLAGS, production
from tests.faults.storm import Sender
from tests.faults.study import ROOT, Study, kill_group
from tests.postgres import free_port, wait_until

LOCUST = "locust==2.47.0"
ENVIRONMENT = Path("var/bench/locust")
QUEUES = (("intake",), ("numerics",), ("documents", "clock"))
SPAWNED_A_SECOND = 5


def locust() -> Path:
    """Locust, in an environment of its own, made where it is not there yet."""
    program = ENVIRONMENT / "bin" / "locust"
    if not program.exists():
        uv = shutil.which("uv", path=f".venv/uv/bin{os.pathsep}{os.environ['PATH']}") or "uv"
        python = str(ENVIRONMENT / "bin" / "python")
        subprocess.run([uv, "venv", "-q", "-p", sys.executable, str(ENVIRONMENT)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "-p", python, LOCUST], check=True)
    return program.absolute()


@contextmanager
def site(study: Study) -> Iterator[int]:
    """The whole site; the web server's port."""
    port = free_port()
    web = ["gunicorn", "studysite.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    web += ["--worker-class", "gthread", "--threads", "8", "--timeout", "120"]
    # Longer than anybody pauses: locust calls without the proxy that would keep connections.
    web += ["--keep-alive", "75"]
    celery = ["celery", "-A", "studysite"]
    programs = [web, [*celery, "beat", "--schedule", str(study.folder / "beat")]]
    programs += [[*celery, "worker", "-Q", ",".join(queue), *QUEUE_FLAGS] for queue in QUEUES]
    with ExitStack() as stack, (study.folder / "log").open("w") as log:
        for program in programs:
            process = subprocess.Popen(
                [sys.executable, "-m", *program], cwd=ROOT, env=study.env, stdout=log, stderr=log,
                text=True, start_new_session=True,
            )  # fmt: skip
            stack.callback(kill_group, process)
        wait_until(lambda: _alive(port), "the web server", 120)
        yield port


def _alive(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/alive/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class Arrivals(Sender):
    """Scans that arrive meanwhile, one arrival a second and none cut off."""

    def _cut(self, pk: str, content: bytes) -> None:
        """Never."""

    def close(self, pk: str) -> None:
        """End an arrival, and wait a little."""
        super().close(pk)
        time.sleep(1)


def play(port: int, password: str, folder: Path, coordinators: int, seconds: float) -> int:
    """Let locust play; its exit code."""
    command = [
        str(locust()), "-f", str(ROOT / "tests" / "bench" / "load_journeys.py"), "--headless",
        "-u", str(coordinators), "-r", str(SPAWNED_A_SECOND), "-t", f"{seconds:g}s",
        "--csv", str(folder / "load"), "-H", f"http://127.0.0.1:{port}", "--only-summary",
    ]  # fmt: skip
    env = {"PATH": os.environ["PATH"], "LOAD_PASSWORD": password, "HOME": str(folder)}
    with (folder / "locust.log").open("w") as log:
        done = subprocess.run(command, env=env, stdout=log, stderr=log, check=False, cwd=folder)
    return done.returncode


def table(folder: Path) -> list[str]:
    """Locust's figures, a line a kind of request; times in ms."""
    with (folder / "load_stats.csv").open() as file:
        rows = list(csv.DictReader(file))
    said = [
        "| request | number | failed | median, ms | p95, ms | worst, ms |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        name = "**all**" if row["Name"] == "Aggregated" else row["Name"]
        figures = [row[key] for key in ("Request Count", "Failure Count", "50%", "95%")]
        said.append(f"| {name} | {' | '.join(figures)} | {float(row['Max Response Time']):.0f} |")
    return said


def main() -> int:
    """Play the load and say what came of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--coordinators", type=int, default=50)
    asked.add_argument("--seconds", type=float, default=120)
    asked.add_argument("--measurements", type=int, default=10)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="study-load-") as name, production(Path(name)) as study:
        told = study.python(
            "-m", "tests.bench.load_cast", str(given.coordinators), str(given.measurements)
        )
        key, password = told.splitlines()[-2:]
        with site(study) as port:
            stop = threading.Event()
            arrivals = Arrivals(port, key, stop, seed=1)
            arrivals.start()
            failed = play(port, password, study.folder, given.coordinators, given.seconds)
            stop.set()
            arrivals.join()
            measured = study.value(MEASURED)
        print(*table(study.folder), sep="\n")
        print(
            f"arrivals: {len(arrivals.told.acknowledged)} files, {arrivals.told.refusals} refused"
        )
        print(f"measured meanwhile: {measured} of {given.measurements} scans")
        broken = study.rows("SELECT kind, message FROM core_job WHERE state = 'failed'")
        print(*(f"job failed: {kind}: {message}" for kind, message in broken), sep="\n")
        if failed:
            print((study.folder / "locust.log").read_text()[-4000:])
        return int(bool(failed or broken or arrivals.told.refusals))


MEASURED = "SELECT count(*) FROM imaging_measurement WHERE state <> 'asked'"

if __name__ == "__main__":
    sys.exit(main())
