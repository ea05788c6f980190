"""The demo study: made once, then served."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from imaging import tasks as imaging_tasks  # noqa: F401  the jobs' doors must be registered
from reports import tasks as report_tasks  # noqa: F401
from reports.demo import documents, real_scan, stage
from reports.demo.people import ACCOUNTS, MAIN, PASSWORD, PATIENTS
from studysite.core.command import REFUSED, WRONG_USAGE
from studysite.core.errors import StudyError
from studysite.core.management.commands.serve import port_is_free, port_number
from studysite.core.supervisor import python, start_guard

HOST = "127.0.0.1"


class Command(BaseCommand):
    """Everything from an empty folder; run again it adds what is missing and nothing else."""

    help = "Make the demo study, run the main job on it, say where the PDF is, and serve it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, say, serve."""
        try:
            port = port_number(os.environ.get("PORT") or "8000")
        except ArgumentTypeError as wrong:
            self.stderr.write(f"PORT: {wrong}.")
            sys.exit(WRONG_USAGE)
        serves = os.environ.get("SERVE", "1") != "0"
        if serves and not port_is_free(HOST, port):
            self.stderr.write(f"Port {port} of {HOST} is in use; choose another with PORT=.")
            sys.exit(REFUSED)
        for database in ("default", "vault"):
            call_command("migrate", database=database, verbosity=0, interactive=False)
        try:
            with nullcontext() if stage.is_told() else worker():
                self._make()
        except StudyError as refusal:
            self.stderr.write(str(refusal))
            sys.exit(REFUSED)
        if serves:
            call_command("serve", host=HOST, port=port)

    def _make(self) -> None:
        """The demo study around it, then the job: one participant from screening to the PDF."""
        cast, folder, say = stage.make_accounts(), settings.VAR_DIR / "demo", self.stdout.write
        progress = say if self.stdout.isatty() else _nothing
        began = time.monotonic()
        others = [patient for patient in PATIENTS if patient is not MAIN]
        parts = stage.play(others, folder, cast, progress)
        say(f"The demo study around the job took {time.monotonic() - began:.0f} s.")
        began = time.monotonic()
        (shown,) = stage.play([MAIN], folder, cast, progress)
        states = {part.participant.state for part in [*parts, shown]}
        stage.end()
        if scan := os.environ.get("DICOM"):
            shown = real_scan.play(Path(scan).resolve(), cast, say)
        pdf = documents.case_summary(shown.participant, cast)
        took = time.monotonic() - began
        self._say_accounts()
        spread = ", one in each state" if len(states) == len(PATIENTS) else ""
        added = f", and {shown.participant.number} of the given scan" if scan else ""
        say(f"{len(PATIENTS)} participants{spread}{added}.")
        for sentence in documents.numbers(shown.participant):
            say(sentence)
        say(f"Case summary of {shown.participant.number}: {pdf}")
        say(f"The job took {took:.0f} s.")

    def _say_accounts(self) -> None:
        self.stdout.write(f"Accounts (password of each: {PASSWORD}):")
        for username, printed_name, role in ACCOUNTS:
            self.stdout.write(f"  {username:<14}{role.label:<18}{printed_name}")


def _nothing(sentence: str) -> None:
    """Progress is for a terminal."""


@contextmanager
def worker() -> Iterator[None]:
    """A worker beside this command; jobs are shared between the two. It is killed at the end: the
    rows say what is done, so there is nothing to wind down."""
    argv = ["-W", "ignore", "-m", "celery", "--quiet", "-A", "studysite", "worker"]
    quiet = ["--without-mingle", "--without-gossip", "--without-heartbeat", "--concurrency", "1"]
    process = subprocess.Popen(
        python(*argv, *quiet, "--loglevel", "ERROR"),
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    guard = start_guard()
    os.write(guard, f"{process.pid}\n".encode())
    try:
        yield
    finally:
        os.close(guard)
        process.wait(timeout=20)
