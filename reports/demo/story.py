"""How a made-up patient gets as far as the story takes them: the same services as for anyone.

Each step looks at the state the participant is in, so an interrupted demo goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from enrollment import vault
from enrollment.crfs.demographics import FORM as DEMOGRAPHICS
from enrollment.crfs.mri_safety import FORM as MRI_SAFETY
from enrollment.crfs.severity import FORM as SEVERITY
from enrollment.crfs.surgical_finding import FORM as SURGICAL_FINDING
from enrollment.journey import WAY, State
from enrollment.models import FormEntry, Participant
from enrollment.models.forms import LOG
from enrollment.protocol.loader import current
from enrollment.services.consent import record_consent
from enrollment.services.eligibility import confirm_eligibility, fail_screening, judge
from enrollment.services.enrolment import enrol, withdraw
from enrollment.services.forms import save_form
from enrollment.services.releases import release_protocol
from enrollment.services.screening import screen
from imaging.models import Adjudication, Measurement, Series, SeriesState
from imaging.services.measurement import ask_measurement
from imaging.services.quality import check_quality
from imaging.services.reading import adjudicate, lock_read
from reports.demo import answers
from reports.demo.people import PASSWORD, SITE_CODE, Patient
from reports.services.locking import lock_case
from reports.services.signing import sign_case
from studysite.core.models import Site, User

# Why an unlikely weight is kept.
HEAVY = {"weight_kg.unlikely_outside": "Weighed twice on two scales."}
Ends = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Cast:
    """Who does what."""

    coordinator: User
    investigator: User
    analyst: User
    data_manager: User
    monitor: User


def scanned_on() -> date:
    """The demo's scans were taken yesterday."""
    return timezone.localdate() - timedelta(days=1)


def find_or_screen(patient: Patient, cast: Cast) -> Participant:
    """The participant of a made-up patient, screened if they are new."""
    number = vault.number_of(patient.hospital_number, SITE_CODE)
    found = Participant.objects.filter(number=number).first() if number else None
    if found is not None:
        return found
    return screen(
        by=cast.coordinator,
        site=Site.objects.get(code=SITE_CODE),
        person=vault.Person(patient.name, patient.hospital_number, patient.birth_on),
        sex=patient.sex,
        affected_side=patient.side,
        onset=patient.onset,
        screened_on=timezone.localdate() - timedelta(days=3),
    )


def take_in(patient: Patient, participant: Participant, cast: Cast) -> None:
    """From screening to enrolment, or out."""
    if patient.target == State.SCREENED:
        return
    if participant.state == State.SCREENED:
        _consent(participant, cast)
    if patient.target == State.CONSENTED:
        return
    _fill(participant, cast, "screening", DEMOGRAPHICS.key, answers.demographics(patient))
    _fill(participant, cast, "screening", MRI_SAFETY.key, answers.safety(patient), HEAVY)
    if participant.state == State.CONSENTED:
        _judge(participant, cast)
        if patient.target == State.SCREEN_FAILED:
            fail_screening(by=cast.investigator, participant=participant)
            return
        confirm_eligibility(by=cast.investigator, participant=participant)
    if patient.target in {State.ELIGIBLE, State.SCREEN_FAILED}:
        return
    if participant.state == State.ELIGIBLE:
        reason = "Demo study: the arms are filled alternately."
        enrol(by=cast.coordinator, participant=participant, arm=patient.arm, reason=reason)
        _amend(patient, cast)
        _fill(participant, cast, "baseline", SEVERITY.key, answers.severity(patient))
        if patient.target in WAY and WAY.index(patient.target) > WAY.index(State.ENROLLED):
            _fill(participant, cast, "baseline", "scan", answers.scan(patient))
        for form, given in answers.log(patient):
            _fill(participant, cast, LOG, form, given)
    _leave(patient, participant, cast)


def _amend(patient: Patient, cast: Cast) -> None:
    """The first few are taken in before the amendment, the others after it."""
    if patient.seed > answers.LAST_BEFORE_AMENDMENT and current().version == answers.FIRST_VERSION:
        release_protocol(
            by=cast.data_manager,
            version="1.1",
            reason="Amendment 1 is approved: quality of life is asked for.",
        )


def _consent(participant: Participant, cast: Cast) -> None:
    document = current().current_consent(timezone.localdate())
    record_consent(
        by=cast.coordinator,
        participant=participant,
        document_version=document.version if document else "",
        language="zh-hans",
        signed_on=timezone.localdate() - timedelta(days=3),
    )


def _judge(participant: Participant, cast: Cast) -> None:
    for criterion in current().criteria:
        if criterion.judged_by_person:
            judge(
                by=cast.investigator,
                participant=participant,
                criterion=criterion.key,
                verdict="not_met" if criterion.excludes else "met",
                evidence="History and examination on the day of screening.",
            )


def _fill(
    participant: Participant,
    cast: Cast,
    visit: str,
    form: str,
    given: Mapping[str, Any],
    remarks: Mapping[str, str] | None = None,
) -> None:
    if FormEntry.objects.filter(participant=participant, form=form, visit=visit).exists():
        return
    save_form(
        by=cast.investigator,
        participant=participant,
        form=form,
        visit=visit,
        answers=given,
        seen_revision=0,
        submit=True,
        remarks=remarks,
    )


def _leave(patient: Patient, participant: Participant, cast: Cast) -> None:
    if patient.target not in {State.WITHDRAWN, State.LOST} or participant.state != State.ENROLLED:
        return
    withdrawn = patient.target == State.WITHDRAWN
    withdraw(
        by=cast.investigator,
        participant=participant,
        kind=patient.target.value,
        on=timezone.localdate(),
        decided_by="participant" if withdrawn else "investigator",
        data_may_stay=True,
        reason="Moved to another province." if withdrawn else "Not reached after three calls.",
    )


def check_scans(participant: Participant, cast: Cast) -> None:
    """Quality control of everything that came."""
    for series in Series.objects.filter(participant=participant, state=SeriesState.RECEIVED):
        check_quality(
            by=cast.analyst, series=series, verdict="accepted", score=4, remarks="No motion."
        )


def ask_to_measure(participant: Participant, ends: Ends, cast: Cast) -> Measurement | None:
    """Ask for the first measurement of the measurable series, if there is none."""
    series = Series.objects.filter(
        participant=participant, measurable=True, state=SeriesState.ACCEPTED
    ).first()
    if series is None:
        return None
    done = series.measurements.first()
    return done or ask_measurement(by=cast.analyst, series=series, ends=ends)


def read(patient: Patient, participant: Participant) -> None:
    """Both readers read; on one case they differ."""
    participant.refresh_from_db()
    if participant.state != State.MEASURED:
        return
    for index, case in enumerate(participant.reads.filter(locked_at__isnull=True)):
        differs = index == 1 and patient.target == State.READ
        lock_read(
            by=case.reader,
            read=case,
            answers=_answers(patient, found=not differs),
            password=PASSWORD,
        )
    third = Adjudication.objects.filter(participant=participant, at__isnull=True).first()
    if third and third.reader and patient.target != State.READ:
        adjudicate(
            by=third.reader,
            adjudication=third,
            answers=_answers(patient, found=True),
            password=PASSWORD,
        )


def _answers(patient: Patient, *, found: bool) -> dict[str, Any]:
    seen = found and patient.gap_mm == 0.0
    other = "right" if patient.side == "left" else "left"
    answers = {f"{other}_contact": "no", f"{other}_nvc": "no", f"{other}_confidence": "4"}
    side = patient.side
    if not seen:
        plain = {f"{side}_contact": "no", f"{side}_nvc": "no", f"{side}_confidence": "3"}
        return answers | plain
    return answers | {
        f"{side}_contact": "yes",
        f"{side}_perpendicular": "yes",
        f"{side}_deviation": "no",
        f"{side}_indentation": "yes",
        f"{side}_segment": "rdp",
        f"{side}_vessel": "aica",
        f"{side}_grade": "indentation",
        f"{side}_nvc": "yes",
        f"{side}_confidence": "5",
    }


def operate(patient: Patient, participant: Participant, cast: Cast) -> None:
    """The surgeon's finding."""
    found = answers.surgical_finding(patient)
    _fill(participant, cast, "surgery", SURGICAL_FINDING.key, found)
    _fill(participant, cast, "discharge", "follow_up", answers.follow_up(patient))
    participant.refresh_from_db()


def close(patient: Patient, participant: Participant, cast: Cast) -> None:
    """Signature and lock."""
    if participant.state == State.SURGERY_RECORDED:
        sign_case(
            by=cast.investigator,
            participant=participant,
            password=PASSWORD,
            meaning="I have reviewed this case and it is complete and true.",
        )
        participant.refresh_from_db()
    if patient.target == State.LOCKED and participant.state == State.SIGNED:
        lock_case(by=cast.data_manager, participant=participant, reason="Data are clean.")
