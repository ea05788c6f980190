"""The demo study from an empty database: accounts, people, scans, measurements, documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from enrollment.journey import WAY, State
from enrollment.models import Participant
from imaging.management.commands.import_dicom import finish
from imaging.models import Measurement, Series
from imaging.models.intake import Door
from imaging.services.intake import add_file, close_intake, open_intake
from imaging.services.training import is_trained, waive_training
from reports.demo import cleaning, scans, story
from reports.demo.people import ACCOUNTS, PASSWORD, SITE_CODE, SITE_NAME, TRAINED, Patient
from studysite.core.accounts import create_account
from studysite.core.acts import acting
from studysite.core.errors import StudyError
from studysite.core.models import Act, Job, JobState, Site, User
from studysite.core.said import said
from studysite.core.said import say as spoken

Say = Callable[[str], None]
SET_UP = "set_up"
TOLD = "The demo study is told"
WAIVER = "Trained on 40 cases before the study began."


@dataclass(frozen=True)
class Part:
    """A made-up patient and the participant they have become."""

    patient: Patient
    participant: Participant

    def goes_beyond(self, state: State) -> bool:
        """Whether the story takes this one past a state."""
        target = self.patient.target
        return target in WAY and WAY.index(target) > WAY.index(state)


def make_accounts() -> story.Cast:
    """The site and one account per role (four readers), once."""
    if not Site.objects.filter(code=SITE_CODE).exists():
        with acting(None, SET_UP, detail=said("Site %(code)s", code=SITE_CODE)):
            Site.objects.create(code=SITE_CODE, name=SITE_NAME)
    site = Site.objects.get(code=SITE_CODE)
    for username, printed_name, role in ACCOUNTS:
        if not User.objects.filter(username=username).exists():
            create_account(
                by=None,
                username=username,
                printed_name=printed_name,
                password=PASSWORD,
                site=site,
                role=role,
            )
    users = {user.username: user for user in User.objects.all()}
    for username in TRAINED:
        if not is_trained(users[username]):
            waive_training(by=users["datamanager"], reader=users[username], reason=WAIVER)
    return story.Cast(
        coordinator=users["coordinator"],
        investigator=users["investigator"],
        analyst=users["analyst"],
        data_manager=users["datamanager"],
        monitor=users["monitor"],
    )


def is_told() -> bool:
    """Whether the story has been told to its end once. From then on the study is its users'."""
    return Act.objects.filter(action=SET_UP, detail=TOLD).exists()


def play(patients: Sequence[Patient], folder: Path, cast: story.Cast, say: Say) -> list[Part]:
    """These people as far as the story takes them; where they have got to once that was told."""
    parts = [Part(patient, story.find_or_screen(patient, cast)) for patient in patients]
    if not is_told():
        _tell(parts, folder, cast, say)
        _require_told(parts)
    return parts


def end() -> None:
    """Put on record that the story is told, so that what a visitor does to it stays."""
    if not is_told():
        with acting(None, SET_UP, detail=TOLD):
            pass


def _tell(parts: list[Part], folder: Path, cast: story.Cast, say: Say) -> None:
    waiting = [
        part
        for part in parts
        if part.goes_beyond(State.ENROLLED) and not _has_scan(part.participant)
    ]
    simulated = scans.simulate_all([part.patient for part in waiting], folder, story.scanned_on())
    for part in parts:
        story.take_in(part.patient, part.participant, cast)
    say(f"Taken in: {len(parts)}")
    _bring_scans(waiting, simulated, cast)
    say("Scans brought in")
    _measure([part for part in parts if part.goes_beyond(State.SCANNED)], folder, cast)
    say("Nerves measured")
    _finish([part for part in parts if part.goes_beyond(State.MEASURED)], cast)
    for part in parts:
        if not part.goes_beyond(State.MEASURED):
            cleaning.clean(part.patient, part.participant, cast)
    say("Data queried and verified")


def _require_told(parts: list[Part]) -> None:
    """The demo says that it shows every state, so it must."""
    for part in parts:
        part.participant.refresh_from_db()
        if part.participant.state != part.patient.target:
            raise StudyError(
                f"{part.participant.number} of the demo is {part.participant.state}, "
                f"not {part.patient.target.value}."
            )


def _has_scan(participant: Participant) -> bool:
    return Series.objects.filter(participant=participant).exists()


def _bring_scans(waiting: list[Part], simulated: dict[str, Future[Path]], cast: story.Cast) -> None:
    jobs = []
    for part in waiting:
        folder = simulated[part.patient.hospital_number].result()
        jobs.append(send(scans.files_of(folder), part.participant, cast))
    settle(jobs)


def send(files: list[Path], participant: Participant | None, cast: story.Cast) -> Job:
    """Spool files as a coordinator would and ask for the work on them."""
    intake = open_intake(by=cast.coordinator, door=Door.COMMAND, participant=participant)
    for path in files:
        with path.open("rb") as stream:
            add_file(by=cast.coordinator, intake=intake, stream=stream)
    job = close_intake(by=cast.coordinator, intake=intake).job
    if job is None:
        raise StudyError("The arrival was closed without a job.")
    return job


def settle(jobs: list[Job]) -> None:
    """Work on jobs side by side with the worker until all are done."""
    for job in jobs:
        done = finish(job)
        if done.state == JobState.FAILED:
            raise StudyError(f"A job of the demo failed: {spoken(done.message)}")


def _measure(parts: list[Part], folder: Path, cast: story.Cast) -> None:
    asked: list[Measurement] = []
    for part in parts:
        story.check_scans(part.participant, cast)
        part.participant.refresh_from_db()
        if part.goes_beyond(State.QUALITY_CHECKED):
            ends = scans.ends_of(folder / part.patient.hospital_number)
            measurement = story.ask_to_measure(part.participant, ends, cast)
            asked += [measurement] if measurement else []
    settle([measurement.job for measurement in asked if measurement.job])


def _finish(parts: list[Part], cast: story.Cast) -> None:
    for part in parts:
        participant = part.participant
        story.read(part.patient, participant)
        participant.refresh_from_db()
        if part.goes_beyond(State.ADJUDICATED):
            story.operate(part.patient, participant, cast)
        cleaning.clean(part.patient, participant, cast)
        if part.goes_beyond(State.SURGERY_RECORDED):
            story.close(part.patient, participant, cast)
