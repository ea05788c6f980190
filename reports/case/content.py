"""What a case is made of. Rows hold stored words alone; their names in the reader's language are
properties, so that the digest of a case is the same in every language.

Moments are UTC, days are the site's. No row holds a name, hospital number or birth date of the
participant; people are staff, by their printed names.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from enrollment.crfs.definition import Form, Item
from enrollment.crfs.registry import FORMS
from enrollment.eligibility import Verdict
from enrollment.journey import State
from enrollment.models.forms import EntryState
from enrollment.models.participant import Sex, Side
from enrollment.models.visits import ScanState
from enrollment.protocol.definition import Arm, Criterion
from enrollment.protocol.loader import current
from imaging.models.reading import Adjudication
from imaging.models.series import SeriesState
from reports.case.nerve import Measured


@dataclass(frozen=True)
class Subject:
    """Who the case is about: a subject number and what screening recorded."""

    number: str
    site: str
    site_name: str
    registry_id: str
    protocol_version: str
    screened_on: date
    year_of_birth: int
    sex: str
    affected_side: str
    onset: str

    @property
    def sex_label(self) -> str:
        """The sex in words."""
        return str(Sex(self.sex).label)

    @property
    def side_label(self) -> str:
        """The side of the spasm in words."""
        return str(Side(self.affected_side).label)


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


@dataclass(frozen=True)
class Judged:
    """One criterion with its newest verdict. No person means that it was computed."""

    criterion: str
    verdict: str
    evidence: str
    by: str
    at: datetime | None

    @property
    def plan(self) -> Criterion:
        """The criterion as the protocol has it."""
        return current().criterion(self.criterion)

    @property
    def passes(self) -> bool | None:
        """Whether it lets the person in; None while unknown."""
        if self.verdict == Verdict.UNKNOWN:
            return None
        return (self.verdict == Verdict.MET) != self.plan.excludes


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


@dataclass(frozen=True)
class Answer:
    """One answer of a form, as it was stored."""

    form: str
    name: str
    value: str | int | float

    @property
    def item(self) -> Item | None:
        """The item, where the form still has it."""
        form = FORMS.get(self.form)
        return {item.name: item for item in form.items}.get(self.name) if form else None

    @property
    def question(self) -> str:
        """The question in words."""
        return self.item.question if self.item else self.name

    @property
    def unit(self) -> str:
        """The unit of a number."""
        return self.item.unit if self.item else ""

    @property
    def label(self) -> str:
        """The answer in words."""
        codes = {code.value: code.label for code in self.item.codes} if self.item else {}
        return codes.get(str(self.value), str(self.value))


@dataclass(frozen=True)
class Filled:
    """One form at one visit, as it stands."""

    form: str
    form_version: str
    visit: str
    state: str
    revision: int
    answers: tuple[Answer, ...]
    by: str
    at: datetime

    @property
    def plan(self) -> Form | None:
        """The form's definition."""
        return FORMS.get(self.form)

    @property
    def title(self) -> str:
        """The form's title."""
        return self.plan.title if self.plan else self.form

    @property
    def visit_label(self) -> str:
        """The visit's name."""
        return current().visit(self.visit).label

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(EntryState(self.state).label)

    def answer(self, name: str) -> Answer | None:
        """The answer to one item."""
        return {answer.name: answer for answer in self.answers}.get(name)


@dataclass(frozen=True)
class Arrived:
    """One de-identified series. `size` in voxels; spacing in mm along x, y and z."""

    sequence: str
    size: tuple[int, ...]
    spacing_mm: tuple[float, ...]
    instances_count: int
    deviations: tuple[str, ...]
    state: str
    score: int | None
    remarks: str
    checked_by: str
    checked_at: datetime | None
    sha256: str
    at: datetime

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(SeriesState(self.state).label)


@dataclass(frozen=True)
class Expected:
    """One series that the protocol expects, with what came of it."""

    visit: str
    sequence: str
    required: bool
    state: str
    series: tuple[Arrived, ...]

    @property
    def label(self) -> str:
        """The sequence's name."""
        return current().scan(self.sequence).label

    @property
    def visit_label(self) -> str:
        """The visit's name."""
        return current().visit(self.visit).label

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(ScanState(self.state).label)


@dataclass(frozen=True)
class ReadOnce:
    """One reader's read. Without `locked_at` it is not finished and has no answers here."""

    reading_id: str
    reader: str
    techniques: tuple[str, ...]
    answers: tuple[Answer, ...]
    locked_at: datetime | None

    def answer(self, name: str) -> Answer | None:
        """The answer to one item."""
        return {answer.name: answer for answer in self.answers}.get(name)


@dataclass(frozen=True)
class Adjudicated:
    """The answers that count. No reader where both readers agree."""

    reading_id: str
    method: str
    reader: str
    answers: tuple[Answer, ...]
    at: datetime | None

    @property
    def method_label(self) -> str:
        """How it was come by, in words."""
        choices = dict(Adjudication._meta.get_field("method").flatchoices)
        return str(choices.get(self.method, self.method))

    def answer(self, name: str) -> Answer | None:
        """The answer to one item."""
        return {answer.name: answer for answer in self.answers}.get(name)


@dataclass(frozen=True)
class Content:
    """What a signature covers: everything that was found out about the participant."""

    subject: Subject
    allocated: Allocated | None
    consents: tuple[Consented, ...]
    criteria: tuple[Judged, ...]
    screen_failed: ScreenFailed | None
    left: Left | None
    visits: tuple[Visited, ...]
    forms: tuple[Filled, ...]
    scans: tuple[Expected, ...]
    measurement: Measured | None
    reads: tuple[ReadOnce, ...]
    adjudicated: Adjudicated | None

    @property
    def sha256(self) -> str:
        """The digest of the canonical JSON: sorted keys, no spaces, moments in UTC."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def canonical(self) -> bytes:
        """The content as canonical JSON, UTF-8."""
        text = json.dumps(
            asdict(self),
            sort_keys=True,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
            default=_iso,
        )
        return text.encode()

    @property
    def finding(self) -> Filled | None:
        """The surgical finding, once it is submitted."""
        rows = (row for row in self.forms if row.form == "surgical_finding")
        return next((row for row in rows if row.state == EntryState.SUBMITTED), None)

    @property
    def data_refused(self) -> bool:
        """Whether the participant left and does not let the data stay."""
        return self.left is not None and not self.left.data_may_stay


@dataclass(frozen=True)
class Step:
    """One step of the way: reached when, by whom; or not yet."""

    state: str
    reached: bool
    at: datetime | None = None
    by: str = ""

    @property
    def label(self) -> str:
        """The state in words."""
        return str(State(self.state).label)


@dataclass(frozen=True)
class Signed:
    """A signature and whether it still holds for the content as it is now."""

    printed_name: str
    meaning: str
    at: datetime
    content_sha256: str
    valid: bool


@dataclass(frozen=True)
class Event:
    """Who did what when, and why."""

    at: datetime
    by: str
    action: str
    detail: str
    reason: str


@dataclass(frozen=True)
class Case:
    """A participant's content, and the record of how it came about."""

    content: Content
    state: str
    way: tuple[Step, ...]
    signatures: tuple[Signed, ...]
    history: tuple[Event, ...]

    @property
    def state_label(self) -> str:
        """The participant's state in words."""
        return str(State(self.state).label)

    @property
    def as_of(self) -> datetime | None:
        """The moment of the newest thing that was done to the record."""
        return max((event.at for event in self.history), default=None)


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a case")
