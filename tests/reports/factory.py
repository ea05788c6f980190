"""Made-up cases: measurement documents in their published shape, and a participant on the way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from enrollment.eligibility import Verdict
from enrollment.journey import State
from enrollment.models import ExpectedScan, Participant, ScanState
from enrollment.protocol.loader import current
from enrollment.services import way
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
    QualityCheck,
    Read,
    ReaderTraining,
    Series,
    SeriesState,
)
from imaging.services.viewing import keep_part
from imaging.told import told
from studysite.core.acts import about, acting
from studysite.core.models import Membership, Site, User
from studysite.core.roles import Action, Role
from studysite.core.said import kept, said
from tests.reports.answers import FINDING, READ
from tests.reports.kept import keep_view
from tests.reports.results import make_pictures, result

# Words of an identity that must turn up nowhere outside the vault.
CANARY = Person("CANARYNAME 金丝雀", "CANARY-HOSP-7731", date(1975, 6, 17))
CANARY_WORDS = ("CANARYNAME", "金丝雀", "CANARY-HOSP-7731", "1975-06-17", "19750617")
PASSWORD = "a long enough password"
DEPARTURE = kept(
    told(
        "%(what)s is not stated; the protocol asks for %(bounds)s.",
        what=told("Field strength"),
        bounds="3 T",
    )
)


@dataclass(frozen=True)
class Cast:
    """One person a role at one site."""

    site: Site
    coordinator: User
    investigator: User
    analyst: User
    reader: User
    reader_two: User
    data_manager: User
    monitor: User


def person(username: str, printed_name: str, role: Role, site: Site) -> User:
    """A person with one role at a site."""
    user = User.objects.create_user(username, password=PASSWORD, printed_name=printed_name)
    Membership.objects.create(user=user, site=site, role=role)
    if role is Role.READER:
        ReaderTraining.objects.create(reader=user, at=timezone.now())
    return user


def make_cast(code: str = "XA") -> Cast:
    """The cast of one site."""
    site = Site.objects.create(
        code=code, name="First Affiliated Hospital of Xi'an Jiaotong University"
    )

    def one(name: str, role: Role) -> User:
        return person(f"{name.split()[-1].lower()}-{code}", name, role, site)

    return Cast(
        site,
        one("Liu Yang", Role.COORDINATOR),
        one("Chen Li", Role.INVESTIGATOR),
        one("Wang Fang", Role.ANALYST),
        one("Zhao Min", Role.READER),
        one("Sun Qiang", Role.READER),
        one("Zhou Jie", Role.DATA_MANAGER),
        one("Ma Rui", Role.MONITOR),
    )


def screened(cast: Cast) -> Participant:
    """A participant who was screened, with an identity full of canaries."""
    return screen(
        by=cast.coordinator,
        site=cast.site,
        person=replace(CANARY, hospital_number=f"{CANARY.hospital_number}-{cast.site.code}"),
        sex="female",
        affected_side="left",
        onset="2018-05",
        screened_on=timezone.localdate() - timedelta(days=40),
    )


def enrolled(cast: Cast) -> Participant:
    """Consented, judged, eligible and enrolled."""
    participant = screened(cast)
    record_consent(
        by=cast.coordinator,
        participant=participant,
        document_version="1.0",
        language="zh-hans",
        signed_on=participant.screened_on,
    )
    safety = {"pacemaker": "no", "metal_implant": "no", "claustrophobia": "no"}
    fill(
        cast,
        participant,
        "mri_safety",
        "screening",
        safety | {"pregnancy_test": "negative", "weight_kg": 61.5},
    )
    history = {"handedness": "right", "hypertension": "yes", "family_history": "no"}
    fill(
        cast,
        participant,
        "demographics",
        "screening",
        history | {"botulinum": "no", "carbamazepine": "yes"},
    )
    for criterion in current().criteria:
        if criterion.judged_by_person:
            verdict = Verdict.NOT_MET if criterion.excludes else Verdict.MET
            judge(
                by=cast.investigator,
                participant=participant,
                criterion=criterion.key,
                verdict=verdict.value,
                evidence="Neurology letter and examination.",
            )
    confirm_eligibility(by=cast.investigator, participant=participant)
    enrol(by=cast.investigator, participant=participant, arm="3d", reason="Next place of the arm")
    return participant


def fill(
    cast: Cast, participant: Participant, form: str, visit: str, answers: dict[str, Any]
) -> None:
    """Submit a form."""
    surgical = form == "surgical_finding"
    save_form(
        by=cast.investigator if surgical else cast.coordinator,
        participant=participant,
        form=form,
        visit=visit,
        answers=answers,
        seen_revision=0,
        submit=True,
    )


def measured(
    cast: Cast, document: dict[str, Any] | None = None, *, pictures: bool = False
) -> Participant:
    """Scanned, checked and measured, from rows alone."""
    participant = enrolled(cast)
    series = _scan(cast, participant)
    take(cast.coordinator, participant, State.SCANNED, Action.UPLOAD_SCAN, said("Arrival opened"))
    take(
        cast.analyst,
        participant,
        State.QUALITY_CHECKED,
        Action.CHECK_QUALITY,
        said("Image quality checked"),
    )
    content = document or result()
    Measurement.objects.create(
        series=series,
        version=1,
        ends={},
        state=MeasurementState.MEASURED,
        result=content,
        result_sha256=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
        pictures=make_pictures() if pictures else {},
        parts=_make_parts() if pictures else {},
        by=cast.analyst,
        finished_at=timezone.now(),
    )
    take(cast.analyst, participant, State.MEASURED, Action.MEASURE, said("left measured"))
    return participant


def _make_parts() -> dict[str, dict[str, str]]:
    """Parts of the viewer that say what they are."""
    return {
        "both": {"volume.part": keep_part(b"both volume.part")},
        "left": {"surfaces.part": keep_part(b"left surfaces.part")},
    }


def finished(
    cast: Cast, document: dict[str, Any] | None = None, *, pictures: bool = False
) -> Participant:
    """Read twice, adjudicated, operated: a case that waits for its signature."""
    participant = measured(cast, document, pictures=pictures)
    measurement = Measurement.objects.get(series__participant=participant)
    for number, reader in enumerate((cast.reader, cast.reader_two), start=1):
        Read.objects.create(
            reading_id=f"R-{participant.number}-{number}"[:16],
            participant=participant,
            measurement=measurement,
            reader=reader,
            techniques=["cpr", "mrve"],
            form_version="1.0",
            answers=READ,
            locked_at=timezone.now(),
        )
    keep_view(Read.objects.get(reader=cast.reader, participant=participant), drawn=pictures)
    take(cast.reader_two, participant, State.READ, Action.READ_CASE, said("A read was locked"))
    Adjudication.objects.create(
        participant=participant,
        reading_id=f"A-{participant.number}",
        method="agreement",
        answers={"left_nvc": "yes", "right_nvc": "no"},
        at=timezone.now(),
    )
    take(
        cast.reader_two, participant, State.ADJUDICATED, Action.READ_CASE, said("A read was locked")
    )
    severity = {
        "assessed_on": timezone.localdate().isoformat(),
        "smc_grade": "III",
        "cohen_albert": "3",
    }
    fill(
        cast,
        participant,
        "severity",
        "baseline",
        severity | {"jrs_severity": "3", "jrs_frequency": "2"},
    )
    fill(
        cast,
        participant,
        "surgical_finding",
        "surgery",
        FINDING | {"operated_on": timezone.localdate().isoformat()},
    )
    participant.refresh_from_db()
    return participant


def take(by: User, participant: Participant, state: State, action: Action, detail: str) -> None:
    """One step of the way as an act."""
    with acting(by, action.value):
        way.step(participant, state)
        about(participant.number, detail)


def _scan(cast: Cast, participant: Participant) -> Series:
    """Both required series, accepted; the one that is measured."""
    intake = Intake.objects.create(
        site=cast.site, door="upload", participant=participant, by=cast.coordinator
    )
    made = {}
    for scan in ExpectedScan.objects.filter(visit__participant=participant, required=True):
        made[scan.sequence] = Series.objects.create(
            participant=participant,
            scan=scan,
            intake=intake,
            sequence=scan.sequence,
            uid=f"2.25.{participant.pk}{scan.pk}",
            study_uid="2.25.1",
            modality="MR",
            size=[512, 512, 96],
            spacing_mm=[0.4, 0.4, 0.4],
            instances_count=96,
            sha256=hashlib.sha256(scan.sequence.encode()).hexdigest(),
            deviations=[{"code": "field_strength", "sentence": DEPARTURE}]
            if scan.sequence == "tof_3d"
            else [],
            measurable=scan.sequence == "t2_3d",
            state=SeriesState.ACCEPTED,
        )
        QualityCheck.objects.create(
            series=made[scan.sequence], verdict="accepted", score=4, remarks="", by=cast.analyst
        )
        scan.state = ScanState.ACCEPTED
        scan.save()
    return made["t2_3d"]
