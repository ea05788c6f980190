"""The trial as data: what a protocol file says, in frozen rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import get_language

from studysite.core.said import both


@dataclass(frozen=True)
class Named:
    """Something with a key and its name in both languages of the site."""

    key: str
    label_en: str
    label_zh: str

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.label_zh if (get_language() or "").startswith("zh") else self.label_en

    @property
    def in_both(self) -> dict[str, str]:
        """The name as a value of a sentence that is kept."""
        return both(en=self.label_en, zh=self.label_zh)


@dataclass(frozen=True)
class Arm(Named):
    """A group of participants and the reading technique registered for it."""

    techniques: tuple[str, ...]
    target: int


@dataclass(frozen=True)
class Criterion(Named):
    """One atomic condition of eligibility. `source` says what it is judged from."""

    kind: str
    source: str

    @property
    def excludes(self) -> bool:
        """Whether meeting it keeps a person out."""
        return self.kind == "exclusion"

    @property
    def judged_by_person(self) -> bool:
        """Whether an investigator answers it; the others are computed."""
        return self.source == "investigator"


@dataclass(frozen=True)
class VisitPlan(Named):
    """A visit: when it is due, which forms belong to it and which severity scales are used there.
    An unscheduled one has no due day; each that takes place gets a number."""

    forms: tuple[str, ...]
    after_enrolment_days: int | None
    window_days: int
    scales: tuple[str, ...] = ()
    unscheduled: bool = False


Allowed = tuple[float, float]


@dataclass(frozen=True)
class ScannerPlan:
    """Limits that take the place of a scan's on the scanners whose maker and model, such as
    "SIEMENS Prisma", the pattern is found in. mm, tesla and ms; None leaves a limit as it is."""

    pattern: str
    maximum_slice_mm: float | None = None
    maximum_in_plane_mm: float | None = None
    field_strength_tesla: Allowed | None = None
    repetition_ms: Allowed | None = None
    echo_ms: Allowed | None = None


@dataclass(frozen=True)
class ScanPlan(Named):
    """A series that a visit should bring, and the limits it is checked against. mm, tesla and ms;
    None allows anything."""

    visit: str
    required: bool
    measurable: bool
    modality: str
    descriptions: tuple[str, ...]
    excludes: tuple[str, ...]
    acquisition: str
    maximum_slice_mm: float
    maximum_in_plane_mm: float
    minimum_slices: int
    field_strength_tesla: Allowed
    repetition_ms: Allowed | None = None
    echo_ms: Allowed | None = None
    maximum_acquired_mm: float | None = None
    maximum_gap_mm: float | None = None
    minimum_across_mm: float = 0.0
    scanners: tuple[ScannerPlan, ...] = ()


@dataclass(frozen=True)
class ConsentDocument:
    """A released version of the consent form."""

    version: str
    released_on: date
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Allocation:
    """How arms are given: `assigned` by a person, or `randomised` from a sealed list."""

    method: str
    strata: tuple[str, ...] = ()
    block_sizes: tuple[int, ...] = ()
    slots: int = 0

    @property
    def randomised(self) -> bool:
        """Whether the list gives the arm, and nobody names it."""
        return self.method == "randomised"


@dataclass(frozen=True)
class VerificationPlan:
    """What is compared with the source: `all` of it; everything of a `share` of the participants,
    whom the seed chooses, and the critical items of everybody; or the `critical` items alone."""

    kind: str
    share: float = 1.0
    seed: str = ""

    @property
    def percent(self) -> int:
        """The share in percent."""
        return round(100 * self.share)


@dataclass(frozen=True)
class ReadingPlan:
    """How cases are read: `by_arm`, each in its arm's techniques; or `paired`, and after
    `washout_days` in the other arm's as well. Readers who differ on a side in one of `discrepancy`
    are decided by a third. A `repeat_share` of the reads, which the seed chooses, is read again by
    the same reader after `repeat_after_days`. Nobody reads before so many training cases. A file
    from before says none of it but the design: then these hold."""

    design: str
    discrepancy: tuple[str, ...] = ("nvc",)
    washout_days: int = 28
    repeat_share: float = 0.1
    repeat_after_days: int = 28
    repeat_seed: str = "MRI-HFS reading 2020-11-01"
    training_cases: int = 2

    @property
    def paired(self) -> bool:
        """Whether each case is read in both techniques."""
        return self.design == "paired"


@dataclass(frozen=True)
class OutcomePlan:
    """How the outcomes are computed, and whether arms are told apart in them before the study is
    locked. `controls`: whether the asymptomatic side of somebody operated stands for a side without
    compression (`unaffected_side`), or operated sides alone count (`none`). A spasm is severe from
    `severe_at_least` of `severe_scale` on. A file from before says none of it: then these hold."""

    blinded_until_lock: bool = True
    controls: str = "unaffected_side"
    severe_scale: str = "smc"
    severe_at_least: int = 3


@dataclass(frozen=True)
class Limits:
    """Bounds of the computed criteria, both ends included."""

    minimum_age_years: int
    maximum_age_years: int
    minimum_duration_years: int


@dataclass(frozen=True)
class Protocol:
    """One version of a trial's protocol."""

    id: str
    version: str
    sha256: str
    registry_id: str
    site_protocol_id: str
    title_en: str
    title_zh: str
    acronym: str
    sponsor: str
    study_type: str
    reading: ReadingPlan
    severity_scales: tuple[str, ...]
    jrs_wording: str
    # Item numbers of each subscale, from the site's licensed copy; none where it has entered none.
    hfs_30_subscales: Mapping[str, tuple[int, ...]]
    form_versions: Mapping[str, str]
    missing_after_days: int
    allocation: Allocation
    verification: VerificationPlan
    arms: tuple[Arm, ...]
    consent_documents: tuple[ConsentDocument, ...]
    limits: Limits
    criteria: tuple[Criterion, ...]
    visits: tuple[VisitPlan, ...]
    scans: tuple[ScanPlan, ...]
    outcomes: OutcomePlan = OutcomePlan()

    @property
    def title(self) -> str:
        """The study's title in the reader's language."""
        return self.title_zh if (get_language() or "").startswith("zh") else self.title_en

    @property
    def allocation_method(self) -> str:
        """How arms are given, as one word."""
        return self.allocation.method

    @property
    def reading_design(self) -> str:
        """How cases are read, as one word."""
        return self.reading.design

    def arm(self, key: str) -> Arm:
        """The arm of that key; KeyError when the protocol has none."""
        return {arm.key: arm for arm in self.arms}[key]

    def other_techniques(self, key: str) -> tuple[str, ...]:
        """The reading techniques of every arm but this one."""
        own = set(self.arm(key).techniques)
        told = [name for arm in self.arms if arm.key != key for name in arm.techniques]
        return tuple(dict.fromkeys(name for name in told if name not in own))

    def criterion(self, key: str) -> Criterion:
        """The criterion of that id; KeyError when the protocol has none."""
        return {criterion.key: criterion for criterion in self.criteria}[key]

    def visit(self, key: str) -> VisitPlan:
        """The visit of that key; KeyError when the protocol has none."""
        found = self.find_visit(key)
        if found is None:
            raise KeyError(key)
        return found

    def find_visit(self, key: str) -> VisitPlan | None:
        """The visit of that key, `unscheduled_2` being the second of its kind, if there is one."""
        plans = {visit.key: visit for visit in self.visits}
        kind, _, number = key.rpartition("_")
        if key in plans:
            return None if plans[key].unscheduled else plans[key]
        if kind not in plans or not plans[kind].unscheduled or not number.isdecimal():
            return None
        plan = plans[kind]
        return replace(
            plan,
            key=key,
            label_en=f"{plan.label_en} {number}",
            label_zh=f"{plan.label_zh} {number}",
        )

    def scan(self, key: str) -> ScanPlan:
        """The expected series of that key; KeyError when the protocol has none."""
        return {scan.key: scan for scan in self.scans}[key]

    def scan_in_both(self, key: str) -> dict[str, str]:
        """What a series is called, as a value of a sentence that is kept; its key where a former
        version had it."""
        found = {scan.key: scan.in_both for scan in self.scans}
        return found.get(key, both(en=key, zh=key))

    def current_consent(self, on: date) -> ConsentDocument | None:
        """The newest consent form released by a day."""
        released = [document for document in self.consent_documents if document.released_on <= on]
        return max(released, key=lambda document: document.released_on, default=None)
