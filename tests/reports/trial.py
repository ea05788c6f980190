"""A simulated trial whose truth is known: people through the services of the system, as the site
takes them through.

Scans and measurements are laid into the rows that hold them, or come from the simulated scanner of
`trial_scans` (a few of them in every test run, all of them in `make trial`); everything else is
done by the services.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from enrollment.eligibility import Verdict
from enrollment.journey import State
from enrollment.models import ExpectedScan, Participant, ScanState
from enrollment.protocol.loader import current
from enrollment.services.consent import record_consent
from enrollment.services.eligibility import confirm_eligibility, judge
from enrollment.services.enrolment import enrol
from enrollment.services.forms import save_form
from enrollment.services.screening import screen
from enrollment.vault import Person
from imaging.models import (
    Adjudication,
    Intake,
    Measurement,
    MeasurementState,
    Series,
    SeriesState,
)
from imaging.services.quality import check_quality
from imaging.services.readers import assign_reads
from imaging.services.reading import adjudicate, lock_read
from studysite.core.models import User
from studysite.core.roles import Action, Role
from studysite.core.said import said
from tests.reports.factory import PASSWORD, Cast, person, take
from tests.reports.results import nerve, result
from tests.reports.trial_answers import answers_of, finding_of, severity_of


@dataclass(frozen=True)
class Truth:
    """What the trial is made with. `sensitivity` and `specificity` are those of a single reader in
    each arm's technique; areas in mm²; the grade falls with the area of the affected nerve."""

    people: int = 60
    seed: int = 2026
    sensitivity: tuple[float, float] = (0.75, 0.95)
    specificity: tuple[float, float] = (0.80, 0.90)
    compressed: float = 0.9
    unaffected_mm2: float = 1.50
    affected_ratio: float = 0.78
    spread: float = 0.16
    noise_of_grade: float = 0.35


@dataclass(frozen=True)
class Patient:
    """One simulated person: the truth about them, and what will be seen of it."""

    number: int
    arm: str
    side: str
    sex: str
    born: int
    onset: str
    compressed: bool
    vessel: str
    affected_mm2: float
    unaffected_mm2: float
    grade: int
    reads: tuple[dict[str, str], ...]


Measure = Callable[[Cast, Patient, Participant], None]


def patients(truth: Truth) -> Iterator[Patient]:
    """The same people for the same truth."""
    random = np.random.default_rng(truth.seed)
    for number in range(truth.people):
        yield _patient(number, truth, random)


def _patient(number: int, truth: Truth, random: np.random.Generator) -> Patient:
    place = number % 2
    side = ("left", "right")[int(random.integers(2))]
    compressed = bool(random.random() < truth.compressed)
    own = float(np.exp(random.normal(0, truth.spread)))
    affected = truth.unaffected_mm2 * truth.affected_ratio * own
    affected *= float(np.exp(random.normal(0, 0.1)))
    # 0 for a nerve of the usual size; the thinner, the worse.
    latent = -np.log(affected / (truth.unaffected_mm2 * truth.affected_ratio)) / truth.spread
    latent += float(random.normal(0, truth.noise_of_grade))
    grade = int(np.digitize(latent, [-0.9, 0.0, 0.9]))
    reads = tuple(_read(place, side, compressed, truth, random) for _reader in range(3))
    return Patient(
        number=number,
        arm=("2d", "3d")[place],
        side=side,
        sex=("female", "male")[int(random.integers(2))],
        born=int(random.integers(1970, 2000)),
        onset=f"{int(random.integers(2005, 2022))}-0{int(random.integers(1, 9))}",
        compressed=compressed,
        vessel=("aica", "pica", "va", "vein")[int(random.choice(4, p=[0.5, 0.2, 0.1, 0.2]))],
        affected_mm2=affected,
        unaffected_mm2=truth.unaffected_mm2 * own,
        grade=grade,
        reads=reads,
    )


def _read(
    place: int, side: str, compressed: bool, truth: Truth, random: np.random.Generator
) -> dict[str, str]:
    """What one reader says of both sides, each by itself."""
    other = "right" if side == "left" else "left"
    hit = random.random() < (truth.sensitivity[place] if compressed else 0)
    alarm = random.random() < 1 - truth.specificity[place]
    found = hit if compressed else alarm
    wrong = random.random() < 1 - truth.specificity[place]
    return {side: "yes" if found else "no", other: "yes" if wrong else "no"}


def play(cast: Cast, truth: Truth, measure: Measure | None = None) -> list[Participant]:
    """Everybody from screening to the surgical finding. `measure` takes an enrolled participant to
    the measurement; without it scan and measurement are laid in."""
    third = person(f"gao-{cast.site.code}", "Gao Ting", Role.READER, cast.site)
    readers = [cast.reader, cast.reader_two, third]
    return [play_one(cast, patient, readers, measure or laid_in) for patient in patients(truth)]


def play_one(cast: Cast, patient: Patient, readers: list[User], measure: Measure) -> Participant:
    """One person through the study."""
    row = _enrolled(cast, patient)
    measure(cast, patient, row)
    _fill(cast, row, "severity", "baseline", severity_of(patient))
    _read_by(patient, row, readers)
    _fill(cast, row, "surgical_finding", "surgery", finding_of(patient))
    row.refresh_from_db()
    return row


def _enrolled(cast: Cast, patient: Patient) -> Participant:
    row = screen(
        by=cast.coordinator,
        site=cast.site,
        person=Person(f"Sim {patient.number}", f"SIM-{patient.number}", date(patient.born, 6, 1)),
        sex=patient.sex,
        affected_side=patient.side,
        onset=patient.onset,
        screened_on=timezone.localdate() - timedelta(days=40),
    )
    record_consent(
        by=cast.coordinator,
        participant=row,
        document_version="1.0",
        language="zh-hans",
        signed_on=row.screened_on,
    )
    safety = {"pacemaker": "no", "metal_implant": "no", "claustrophobia": "no"}
    tested = "negative" if patient.sex == "female" else "not_applicable"
    safety |= {"pregnancy_test": tested, "weight_kg": 62}  # type: ignore[dict-item]
    _fill(cast, row, "mri_safety", "screening", safety)
    history = {"handedness": "right", "hypertension": "no", "family_history": "no"}
    history |= {"botulinum": "no", "carbamazepine": "no"}
    _fill(cast, row, "demographics", "screening", history)
    for criterion in current().criteria:
        if criterion.judged_by_person:
            verdict = Verdict.NOT_MET if criterion.excludes else Verdict.MET
            judge(
                by=cast.investigator,
                participant=row,
                criterion=criterion.key,
                verdict=verdict.value,
                evidence="Simulated.",
            )
    confirm_eligibility(by=cast.investigator, participant=row)
    enrol(by=cast.investigator, participant=row, arm=patient.arm, reason="In turn")
    return row


def _fill(cast: Cast, row: Participant, form: str, visit: str, answers: dict[str, Any]) -> None:
    save_form(
        by=cast.investigator if form == "surgical_finding" else cast.coordinator,
        participant=row,
        form=form,
        visit=visit,
        answers=answers,
        seen_revision=0,
        submit=True,
    )


def laid_in(cast: Cast, patient: Patient, row: Participant) -> None:
    """Scans laid in, checked by the service; the result laid in as the measurement stores it."""
    intake = Intake.objects.create(
        site=cast.site, door="upload", participant=row, by=cast.coordinator
    )
    take(cast.coordinator, row, State.SCANNED, Action.UPLOAD_SCAN, said("Arrival opened"))
    for scan in ExpectedScan.objects.filter(visit__participant=row, required=True):
        series = Series.objects.create(
            participant=row, scan=scan, intake=intake, sequence=scan.sequence,
            uid=f"2.25.{row.pk}{scan.pk}", study_uid=f"2.25.{row.pk}", modality="MR",
            size=[512, 512, 96], spacing_mm=[0.4, 0.4, 0.4], instances_count=96,
            sha256=hashlib.sha256(f"{row.number}{scan.sequence}".encode()).hexdigest(),
            measurable=scan.sequence == "t2_3d", state=SeriesState.RECEIVED,
        )  # fmt: skip
        ExpectedScan.objects.filter(pk=scan.pk).update(state=ScanState.RECEIVED)
        check_quality(by=cast.analyst, series=series, verdict="accepted", score=4, remarks="")
    row.refresh_from_db()
    _lay_result(cast, patient, row)


def _lay_result(cast: Cast, patient: Patient, row: Participant) -> None:
    document = result(*nerves_of(patient))
    measurement = Measurement.objects.create(
        series=Series.objects.get(participant=row, measurable=True),
        version=1,
        ends={},
        state=MeasurementState.MEASURED,
        result=document,
        result_sha256=hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest(),
        by=cast.analyst,
        finished_at=timezone.now(),
    )
    take(cast.analyst, row, State.MEASURED, Action.MEASURE, said("left measured"))
    assign_reads(row, measurement)


def nerves_of(patient: Patient) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both nerves as a measurement stores them, left first."""
    affected, unaffected = _nerve(patient.affected_mm2), _nerve(patient.unaffected_mm2)
    return (affected, unaffected) if patient.side == "left" else (unaffected, affected)


def _nerve(area_mm2: float) -> dict[str, Any]:
    return nerve(round(area_mm2, 4), round(area_mm2 * 0.8, 4), round(area_mm2 * 15.2, 3),
                 csa_rez_mm2=round(area_mm2 * 0.9, 4))  # fmt: skip


def _read_by(patient: Patient, row: Participant, readers: list[User]) -> None:
    """Two readers read; a third decides where they differ."""
    said_by = {reader.pk: patient.reads[place] for place, reader in enumerate(readers)}
    for read in row.reads.order_by("reading_id"):
        lock_read(
            by=read.reader,
            read=read,
            answers=answers_of(said_by[read.reader_id]),
            password=PASSWORD,
        )
    third = Adjudication.objects.filter(participant=row, at__isnull=True).first()
    if third and third.reader:
        adjudicate(
            by=third.reader,
            adjudication=third,
            answers=answers_of(said_by[third.reader_id]),
            password=PASSWORD,
        )
