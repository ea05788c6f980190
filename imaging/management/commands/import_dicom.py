"""The whole way in, from the command line."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from enrollment.models import Participant
from imaging import tasks  # noqa: F401  the job's door must be registered
from imaging.models import Intake
from imaging.models.intake import Door
from imaging.services.intake import add_file, close_intake, find_participant, open_intake
from studysite.core import jobs
from studysite.core.errors import StudyError
from studysite.core.models import Job, JobState, Membership, User
from studysite.core.roles import POLICY, Action
from studysite.core.said import say

REFUSED = 3
WRONG_USAGE = 2


class Command(BaseCommand):
    """Files, folders and zips take the same road as an upload."""

    help = "Bring scans in: one line per series says stored, waiting or refused, with the reason."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to bring in, for whom, and who does it."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--participant", metavar="ID", help="subject number, such as XJ-001")
        parser.add_argument("--by", metavar="USERNAME", help="default: the first coordinator")

    def handle(self, *args: Any, **options: Any) -> None:
        """Spool, wait for the work, say what became of it."""
        files = files_below(options["paths"])
        if not files:
            self.stderr.write("There is no file at these paths.")
            sys.exit(WRONG_USAGE)
        try:
            by = importer(options["by"], options["participant"])
            intake = bring_in(files, by=by, number=options["participant"], door=Door.COMMAND)
        except StudyError as refusal:
            self.stderr.write(str(refusal))
            sys.exit(REFUSED)
        for line in intake.outcome:
            self.stdout.write(f"{line['status']}: {say(line['sentence'])}")
        if not any(line["status"] == "stored" for line in intake.outcome):
            sys.exit(REFUSED)


def files_below(paths: list[Path]) -> list[Path]:
    """Every file at or below some paths, in a stable order."""
    found: list[Path] = []
    for path in paths:
        found += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return [path for path in found if path.is_file()]


def importer(username: str | None, number: str | None) -> User:
    """Who brings the scan in: the person named, else the first who may at that site."""
    users = User.objects.filter(is_active=True).order_by("pk")
    if username:
        users = users.filter(username=username)
    else:
        held = Membership.objects.filter(role__in=POLICY[Action.UPLOAD_SCAN])
        participant = Participant.objects.filter(number=number).first() if number else None
        if participant:
            held = held.filter(site=participant.site)
        users = users.filter(pk__in=held.values("user"))
    found = users.first()
    if found is None:
        raise StudyError("There is no account that may bring scans in; create one first.")
    return found


def bring_in(files: list[Path], *, by: User, number: str | None, door: str) -> Intake:
    """Send files through the one way in and wait until they are worked on."""
    participant = find_participant(by=by, number=number) if number else None
    intake = open_intake(by=by, door=door, participant=participant)
    for path in files:
        with path.open("rb") as stream:
            add_file(by=by, intake=intake, stream=stream)
    intake = close_intake(by=by, intake=intake)
    if intake.job is None:
        raise StudyError("The arrival was closed without a job.")
    job = finish(intake.job)
    if job.state == JobState.FAILED:
        raise StudyError(f"The arrival could not be worked on: {say(job.message)}")
    intake.refresh_from_db()
    return intake


def finish(job: Job) -> Job:
    """Do a job here unless a worker has it already; wait for it either way."""
    jobs.run(job.pk)
    while True:
        job.refresh_from_db()
        if job.state in {JobState.DONE, JobState.FAILED}:
            return job
        time.sleep(0.2)
