"""Whose a series is, and whether the study expects it. A refusal is a code and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from enrollment import vault
from enrollment.journey import ENDED, WAY, State, has_reached
from enrollment.models import ExpectedScan, Participant, ScanState
from enrollment.protocol.loader import current
from enrollment.services.closing import closure_over
from enrollment.services.stopping import stop_for
from enrollment.services.visits import expected_scan
from enrollment.stops import What
from imaging.dicom.header import Header
from imaging.dicom.imaging_protocol import check_series
from imaging.dicom.series import mixed_patients
from imaging.dicom.series_rules import ScannerRule, SeriesRule
from imaging.models import Intake
from studysite.core.said import kept, said, word

SETTLED = (ScanState.ACCEPTED, ScanState.NOT_DONE)


@dataclass(frozen=True)
class Waits:
    """Why a series cannot go straight in."""

    code: str
    reason: str


@dataclass(frozen=True)
class Matched:
    """A series with its participant, its expected scan and its deviations from the protocol."""

    participant: Participant
    scan: ExpectedScan
    deviations: tuple[dict[str, str], ...]
    measurable: bool


def rules() -> list[SeriesRule]:
    """The protocol's imaging limits in the shape that the DICOM package checks."""
    return [
        SeriesRule(
            key=plan.key,
            title=plan.label_en,
            patterns=plan.descriptions,
            excludes=plan.excludes,
            modality=plan.modality,
            acquisition=plan.acquisition,
            max_slice_mm=plan.maximum_slice_mm,
            max_pixel_mm=plan.maximum_in_plane_mm,
            field_strength_t=plan.field_strength_tesla,
            repetition_ms=plan.repetition_ms,
            echo_ms=plan.echo_ms,
            min_slices=plan.minimum_slices,
            min_across_mm=plan.minimum_across_mm,
            max_acquired_mm=plan.maximum_acquired_mm,
            max_gap_mm=plan.maximum_gap_mm,
            scanners=tuple(
                ScannerRule(
                    scanner.pattern,
                    scanner.maximum_slice_mm,
                    scanner.maximum_in_plane_mm,
                    scanner.field_strength_tesla,
                    scanner.repetition_ms,
                    scanner.echo_ms,
                )
                for scanner in plan.scanners
            ),
            measurable=plan.measurable,
        )
        for plan in current().scans
    ]


def awaited(rows: QuerySet[Participant]) -> QuerySet[Participant]:
    """Those of the participants whose scans may still come."""
    states = [s for s in WAY if has_reached(s, State.ENROLLED) and s not in ENDED]
    waiting = ExpectedScan.objects.exclude(state__in=SETTLED).values("visit__participant")
    return rows.filter(state__in=states, pk__in=waiting).order_by("number")


def match(intake: Intake, study: Sequence[Header], headers: Sequence[Header]) -> Matched | Waits:
    """Match one series of an arrival. `study` is every header of its DICOM study."""
    if mixed := mixed_patients(study):
        return Waits(mixed.code, kept(mixed.sentence))
    finding = check_series(headers, rules())
    if finding.refusal is not None or finding.key is None:
        refusal = finding.refusal
        return Waits(
            refusal.code if refusal else "unknown_sequence",
            kept(refusal.sentence) if refusal else said("The protocol expects no such series."),
        )
    person = _participant(intake, headers[0].patient_id)
    if isinstance(person, Waits):
        return person
    scan = expected_scan(person, finding.key)
    if scan is None:
        return _not_expected(person)
    if closed := _closed(person, scan.visit.key):
        return closed
    spoilt = next((d for d in finding.deviations if d.blocks_measurement), None)
    if spoilt is not None and not intake.vouched:
        # A person may still take it in for what else it shows; it will not be measured.
        return Waits(spoilt.code, kept(spoilt.sentence))
    deviations = tuple({"code": d.code, "sentence": kept(d.sentence)} for d in finding.deviations)
    return Matched(person, scan, deviations, finding.measurable)


def overtaken(found: Matched) -> Waits | None:
    """Why a matched series cannot be stored after all: between the match and the transaction that
    calls this, a person may have judged another series, or the participant may have left."""
    person = Participant.objects.select_for_update().get(pk=found.participant.pk)
    ready = _ready(person)
    if isinstance(ready, Waits):
        return ready
    found.scan.refresh_from_db()
    if found.scan.state in SETTLED:
        return _not_expected(person)
    return _closed(person, found.scan.visit.key)


def _not_expected(person: Participant) -> Waits:
    sentence = said(
        "No further series of this kind is expected of %(number)s.", number=person.number
    )
    return Waits("not_expected", sentence)


def _participant(intake: Intake, patient_id: str) -> Participant | Waits:
    number = _number_of(patient_id, intake.site.code)
    named = intake.participant
    if named is not None and (intake.vouched or number == named.number):
        return _ready(named)
    if named is not None and number is not None:
        return Waits("another_participant", said("The scan belongs to another participant."))
    if named is not None:
        return Waits(
            "unknown_patient",
            said(
                "The scan's patient ID is not the hospital number of %(number)s.",
                number=named.number,
            ),
        )
    found = Participant.objects.filter(number=number, site=intake.site).first() if number else None
    if found is None:
        sentence = said("No participant of this site has the scan's patient ID.")
        return Waits("no_participant", sentence)
    return _ready(found)


def _number_of(patient_id: str, site_code: str) -> str | None:
    """The subject number that a patient ID means: a hospital number, or the number itself."""
    found = vault.number_of(patient_id, site_code)
    if found is not None:
        return found
    named = Participant.objects.filter(number=patient_id.strip()).first()
    return named.number if named else None


def _ready(participant: Participant) -> Participant | Waits:
    state = State(participant.state)
    if state in ENDED or not has_reached(state, State.ENROLLED):
        return Waits(
            "not_enrolled",
            said(
                "%(number)s: %(state)s. Scans are taken of enrolled participants.",
                number=participant.number,
                state=word(state.label),
            ),
        )
    if stop_for(participant, What.SCANS) is not None:
        return Waits(
            "on_hold",
            said(
                "%(number)s: scans are held until an adverse event or a deviation is settled.",
                number=participant.number,
            ),
        )
    return _closed(participant) or participant


def _closed(person: Participant, visit: str = "") -> Waits | None:
    if closure_over(person, visit=visit) is None:
        return None
    sentence = said(
        "%(number)s takes no scan for now: the record or this visit is frozen or locked.",
        number=person.number,
    )
    return Waits("closed", sentence)
