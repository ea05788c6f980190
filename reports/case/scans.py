"""Expected scans, and the series that came for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from enrollment.models import Participant
from enrollment.models.visits import ScanState
from enrollment.protocol.loader import current
from imaging.models import Series, SeriesState


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

    @property
    def given_up(self) -> bool:
        """Whether it was recorded that the scan will not come."""
        return self.state == ScanState.NOT_DONE


def scans_of(participant: Participant) -> tuple[Expected, ...]:
    """Every expected scan with the series that came for it."""
    rows = [(visit, scan) for visit in participant.visits.all() for scan in visit.scans.all()]
    return tuple(
        Expected(
            visit=visit.key,
            sequence=row.sequence,
            required=row.required,
            state=row.state,
            series=tuple(_arrived(one) for one in sorted(row.series.all(), key=lambda one: one.pk)),
        )
        for visit, row in sorted(rows, key=lambda pair: (pair[0].due_on, pair[1].pk))
    )


def _arrived(row: Series) -> Arrived:
    checks = list(row.checks.all())
    check = checks[-1] if checks else None
    return Arrived(
        sequence=row.sequence,
        size=tuple(row.size),
        spacing_mm=tuple(row.spacing_mm),
        instances_count=row.instances_count,
        deviations=tuple(str(deviation["sentence"]) for deviation in row.deviations),
        state=row.state,
        score=check.score if check else None,
        remarks=check.remarks if check else "",
        checked_by=str(check.by) if check else "",
        checked_at=check.at if check else None,
        sha256=row.sha256,
        at=row.at,
    )
