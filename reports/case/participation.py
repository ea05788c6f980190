"""Who the case is about, and how they came into the study and out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrollment.journey import State
from enrollment.models import Participant
from enrollment.models.participant import Sex, Side
from enrollment.protocol.definition import Arm
from enrollment.protocol.loader import current
from studysite.core.language_names import LANGUAGE_NAMES


@dataclass(frozen=True)
class Subject:
    """Who the case is about: a subject number and what screening recorded, where it may stay."""

    number: str
    site: str
    site_name: str
    registry_id: str
    protocol_version: str
    screened_on: date
    year_of_birth: int | None
    sex: str
    affected_side: str
    onset: str

    @property
    def sex_label(self) -> str:
        """The sex in words."""
        return str(Sex(self.sex).label) if self.sex else ""

    @property
    def side_label(self) -> str:
        """The side of the spasm in words."""
        return str(Side(self.affected_side).label) if self.affected_side else ""


@dataclass(frozen=True)
class Allocated:
    """The arm, how it was come by, and why."""

    arm: str
    position: int
    method: str
    reason: str
    on: date
    by: str

    @property
    def plan(self) -> Arm:
        """The arm as the protocol has it."""
        return current().arm(self.arm)

    @property
    def randomised(self) -> bool:
        """Whether chance chose the arm."""
        return self.method == "randomised"


@dataclass(frozen=True)
class Consented:
    """One version of the consent form, signed."""

    document_version: str
    language: str
    signed_on: date
    obtained_by: str

    @property
    def language_label(self) -> str:
        """The language by name."""
        return str(LANGUAGE_NAMES.get(self.language, self.language))


@dataclass(frozen=True)
class ScreenFailed:
    """The end of a screening: the criteria that failed or stayed unknown."""

    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    reason: str
    on: date
    by: str


@dataclass(frozen=True)
class Left:
    """The end of a participant's part, and what may stay."""

    kind: str
    on: date
    decided_by: str
    data_may_stay: bool
    reason: str
    by: str
    # Said where the data may stay and the images may not; otherwise the images go with the data.
    images_refused: bool | None = None

    @property
    def label(self) -> str:
        """How the participant left, in words."""
        return str(State(self.kind).label)


@dataclass(frozen=True)
class Visited:
    """A visit and its window."""

    key: str
    due_on: date
    opens_on: date
    closes_on: date

    @property
    def label(self) -> str:
        """The visit's name."""
        return current().visit(self.key).label


def subject_of(participant: Participant, *, kept: bool) -> Subject:
    """The subject number and what screening recorded; without what it found out where that is not
    kept."""
    return Subject(
        number=participant.number,
        site=participant.site.code,
        site_name=participant.site.name,
        registry_id=current().registry_id,
        protocol_version=participant.protocol_version,
        screened_on=participant.screened_on,
        year_of_birth=participant.year_of_birth if kept else None,
        sex=participant.sex if kept else "",
        affected_side=participant.affected_side if kept else "",
        onset=participant.onset if kept else "",
    )


def allocated(participant: Participant) -> Allocated | None:
    """The arm, once there is one."""
    row = getattr(participant, "enrolment", None)
    if row is None:
        return None
    return Allocated(row.arm, row.position, row.method, row.reason, row.on, str(row.by))


def consents_of(participant: Participant) -> tuple[Consented, ...]:
    """Every consent, oldest first."""
    rows = sorted(participant.consents.all(), key=lambda row: (row.signed_on, row.pk))
    return tuple(
        Consented(row.document_version, row.language, row.signed_on, str(row.obtained_by))
        for row in rows
    )


def screen_failed(participant: Participant) -> ScreenFailed | None:
    """How a screening ended that led nowhere."""
    row = getattr(participant, "screen_failure", None)
    if row is None:
        return None
    failed, unknown = (tuple(row.criteria.get(key, ())) for key in ("failed", "unknown"))
    return ScreenFailed(failed, unknown, row.reason, row.on, str(row.by))


def left(participant: Participant) -> Left | None:
    """How a participant left, if so."""
    row = getattr(participant, "withdrawal", None)
    if row is None:
        return None
    images_refused = row.data_may_stay and not row.images_may_stay
    return Left(
        row.kind, row.on, row.decided_by, row.data_may_stay, row.reason, str(row.by),
        images_refused or None,
    )  # fmt: skip


def visits_of(participant: Participant) -> tuple[Visited, ...]:
    """Every planned visit, by the day it is due."""
    rows = sorted(participant.visits.all(), key=lambda row: (row.due_on, row.pk))
    return tuple(Visited(row.key, row.due_on, row.opens_on, row.closes_on) for row in rows)
