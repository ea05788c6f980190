"""A simulated trial of 60 through the whole system: every scan simulated, brought in as DICOM and
measured, every read and operation recorded by the services, on a database of its own. What the
report says is set beside what the trial was made with.

python -m tests.bench.trial [--people 60] [--scene head]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

from django.core.management import call_command

from enrollment.models import Participant
from reports.outcomes.document import document_of
from reports.outcomes.filters import Filters
from reports.services.locking import lock_study
from tests import audit
from tests.engines import connected_to
from tests.reports import factory, trial
from tests.reports.trial_scans import Scanner
from tests.reports.trial_truth import covers, recovered


def main() -> int:
    """Play it, print each quantity with its interval and the truth; 1 where one is not covered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--scene", default="head")
    given = parser.parse_args()
    truth, started = trial.Truth(people=given.people), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="study-trial-") as folder, study(Path(folder)):
        cast = factory.make_cast()
        trial.play(cast, truth, Scanner(Path(folder) / "scans", given.scene))
        lock_study(by=cast.data_manager, reason="Data are clean.")
        found = document_of(Participant.objects.all(), Filters())
    print(f"{given.people} participants in {(time.monotonic() - started) / 60:.1f} minutes")
    lines = list(recovered(found, truth))
    for name, estimate, true in lines:
        print(f"{name:28} {_interval(estimate):28} truth {true:.3f}")
    missed = [name for name, estimate, true in lines if not covers(estimate, true)]
    print(f"Not covered: {', '.join(missed) or 'none'}.")
    return 1 if missed else 0


def _interval(estimate: dict[str, Any]) -> str:
    if estimate["low"] is None:
        return f"no interval: {estimate['reason']}"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"


@contextmanager
def study(folder: Path) -> Iterator[None]:
    with (
        connected_to(f"sqlite:///{folder / 'study.sqlite3'}"),
        connected_to(f"sqlite:///{folder / 'vault.sqlite3'}", "vault"),
    ):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("migrate", database="vault", verbosity=0, interactive=False)
        for alias in ("default", "vault"):
            audit.introduce(alias)
        audit.name_the_tester()
        yield


if __name__ == "__main__":
    sys.exit(main())
