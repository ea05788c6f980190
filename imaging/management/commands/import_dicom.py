"""The whole way in, from the command line."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from imaging import tasks  # noqa: F401  the job's door must be registered
from imaging.models import Intake
from imaging.models.intake import Door
from imaging.services.intake import add_file, close_intake, find_participant, open_intake
from studysite.core import jobs
from studysite.core.accounts import command_line_account
from studysite.core.command import REFUSED, WRONG_USAGE, StudyCommand
from studysite.core.errors import StudyError
from studysite.core.models import Job, JobState, Site, User
from studysite.core.said import say


class Command(StudyCommand):
    """Files, folders and zips take the same road as an upload."""

    help = "Bring scans in: one line per series says stored, waiting or refused, with the reason."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to bring in, for whom, and who does it."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--participant", metavar="ID", help="subject number, such as XJ-001")
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            help="default: the command line itself",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Spool, wait for the work, say what became of it."""
        missing = [path for path in options["paths"] if not path.exists()]
        if missing:
            raise CommandError(f"{missing[0]} does not exist.", returncode=WRONG_USAGE)
        files = files_below(options["paths"])
        if not files:
            raise CommandError("There is no file at these paths.", returncode=WRONG_USAGE)
        by, site = importer(options["by"], options["participant"])
        number = options["participant"]
        intake = bring_in(files, by=by, number=number, door=Door.COMMAND, site=site)
        for line in intake.outcome:
            self.stdout.write(f"{line['status']}: {say(line['sentence'])}")
        if not any(line["status"] == "stored" for line in intake.outcome):
            raise CommandError("No series could be stored.", returncode=REFUSED)


def files_below(paths: list[Path]) -> list[Path]:
    """Every file at or below some paths, in a stable order."""
    found: list[Path] = []
    for path in paths:
        found += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return [path for path in found if path.is_file()]


def importer(username: str | None, number: str | None) -> tuple[User, Site | None]:
    """Who brings the scan in, and where: the person named, at their own site; else the command line
    itself, at the participant's site or at the only one."""
    if username:
        named = User.objects.filter(is_active=True, username=username).first()
        if named is None:
            raise StudyError(_("There is no such account."))
        return named, None
    sites = Site.objects.filter(participants__number=number) if number else Site.objects.all()
    found = list(sites.distinct()[:2])
    if number and not found:
        raise StudyError(_("There is no participant %(number)s.") % {"number": number})
    if len(found) != 1:
        raise StudyError(
            _("There is not one site alone: name the participant, or the account with --by.")
        )
    return command_line_account(found[0]), found[0]


def bring_in(
    files: list[Path], *, by: User, number: str | None, door: str, site: Site | None = None
) -> Intake:
    """Send files through the one way in and wait until they are worked on."""
    participant = find_participant(by=by, number=number) if number else None
    intake = open_intake(by=by, door=door, participant=participant, site=site)
    for path in files:
        try:
            stream = path.open("rb")
        except OSError as trouble:
            raise StudyError(f"{path} cannot be read: {trouble.strerror}.") from trouble
        with stream:
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
