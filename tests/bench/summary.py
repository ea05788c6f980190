"""Records of one case as one row: bias, spread, coverage, efficiency, time, refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from tests.bench.family import Case
from tests.bench.score import Record

HEADER = (
    f"{'':5} {'case':34} {'n':>3} {'bias':>6} {'sd':>5} {'stated':>6} {'sd/bd':>5} {'V':>6}"
    f" {'V10':>6} {'local':>5} {'covers: sec/mean/min':>20} {'min':>6} {'notch':>6}"
    f" {'gap mm':>14} {'angle':>10} {'s':>5}  refused, notes"
)


@dataclass(frozen=True)
class Row:
    """One case. Errors and standard deviations are fractions; None where nothing was measured.
    volume, window: over scans with true end points only, as their ends are the clicks'."""

    code: str
    name: str
    n: int
    refused: dict[str, int]
    bias: float | None = None
    bias_error: float | None = None
    sd: float | None = None
    stated: float | None = None
    bound: float | None = None
    volume: float | None = None
    window: float | None = None
    local: float | None = None
    covers_sections: float | None = None
    covers_mean: float | None = None
    covers_minimum: float | None = None
    minimum: float | None = None
    notch: float | None = None
    gap: float | None = None
    gap_sd: float | None = None
    gap_rms: float | None = None
    covers_gap: float | None = None
    angle: float | None = None
    angle_sd: float | None = None
    missed: int = 0
    invented: int = 0
    flagged: int = 0
    seconds: float = 0.0
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def sd_over_bound(self) -> float | None:
        return None if self.sd is None or not self.bound else self.sd / self.bound

    @property
    def efficiency(self) -> float | None:
        """Cramér and Rao's variance over the observed one."""
        return None if not self.sd or self.bound is None else (self.bound / self.sd) ** 2


def row(case: Case, records: list[Record]) -> Row:
    """A case's row over all its nerves; None where no number was given."""
    good = [record for record in records if record.refused is None]
    refused = Counter(str(record.refused) for record in records if record.refused is not None)
    seconds = float(np.median([record.seconds for record in records])) if records else 0.0
    if not good:
        return Row(case.code, case.name, 0, dict(refused), seconds=seconds)
    means = np.array([record.mean for record in good])
    gaps = [value for record in good for value in record.gap]
    angles = [value for record in good for value in record.angle]
    return Row(
        case.code,
        case.name,
        len(good),
        dict(refused),
        bias=float(means.mean()),
        bias_error=float(means.std(ddof=1) / np.sqrt(len(means))) if len(means) > 1 else None,
        sd=_spread(good),
        stated=_rms(record.stated for record in good),
        bound=_rms(record.bound for record in good),
        volume=_mean(record.volume for record in good if record.click_mm == 0),
        window=_mean(r.window for r in good if r.click_mm == 0 and r.window is not None),
        local=_rms(record.local for record in good),
        covers_sections=_mean(record.covered for record in good),
        covers_mean=_mean(record.covers_mean for record in good),
        covers_minimum=_mean(record.covers_minimum for record in good),
        minimum=_mean(record.minimum for record in good),
        notch=_mean(record.minimum for record in good if record.notched),
        gap=_mean(gaps),
        gap_sd=float(np.std(gaps)) if gaps else None,
        gap_rms=_rms(gaps),
        covers_gap=_mean(value for record in good for value in record.covers_gap),
        angle=_mean(angles),
        angle_sd=float(np.std(angles)) if angles else None,
        missed=sum(record.missed for record in good),
        invented=sum(record.invented for record in good),
        flagged=sum(record.flags > 0 for record in good),
        seconds=seconds,
        kinds=dict(Counter(kind for record in good for kind in record.kinds)),
    )


def _spread(records: list[Record]) -> float:
    """Standard deviation of the mean area's error about each side's own mean: sides may differ."""
    total, freedom = 0.0, 0
    for side in sorted({record.side for record in records}):
        own = np.array([record.mean for record in records if record.side == side])
        total += float(np.sum((own - own.mean()) ** 2))
        freedom += len(own) - 1
    return float(np.sqrt(total / freedom)) if freedom else 0.0


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return float(np.mean(found)) if found else None


def _rms(values: Iterable[float]) -> float | None:
    found = list(values)
    return float(np.sqrt(np.mean(np.square(found)))) if found else None


def line(found: Row) -> str:
    """One line of the table, errors in per cent."""
    refused = ", ".join(f"{count} {code}" for code, count in sorted(found.refused.items()))
    start = f"{found.code:5} {found.name:34.34} {found.n:3d}"
    if not found.n:
        return f"{start} refused: {refused}"
    covers = "/".join(
        "--" if value is None else f"{100 * value:.0f}"
        for value in (found.covers_sections, found.covers_mean, found.covers_minimum)
    )
    notes = [
        refused,
        f"{found.missed} contacts missed" * (found.missed > 0),
        f"{found.invented} contacts invented" * (found.invented > 0),
        f"{found.flagged} flagged" * (found.flagged > 0),
        ", ".join(f"{kind} {count}" for kind, count in sorted(found.kinds.items())),
    ]
    return (
        f"{start} {_per_cent(found.bias)} {_per_cent(found.sd, 5, 2, '')}"
        f" {_per_cent(found.stated, 6, 2, '')} {_plain(found.sd_over_bound)}"
        f" {_per_cent(found.volume)} {_per_cent(found.window)} {_per_cent(found.local, 5, 2, '')}"
        f" {covers:>20} {_per_cent(found.minimum, 6, 1)} {_per_cent(found.notch, 6, 1)}"
        f" {_pair(found.gap, found.gap_sd, 3):>14} {_pair(found.angle, found.angle_sd, 1):>10}"
        f" {found.seconds:5.2f}  {'; '.join(note for note in notes if note) or '-'}"
    )


def _per_cent(value: float | None, width: int = 6, digits: int = 2, sign: str = "+") -> str:
    return " " * width if value is None else f"{100 * value:{sign}{width}.{digits}f}"


def _plain(value: float | None) -> str:
    return " " * 5 if value is None else f"{value:5.2f}"


def _pair(value: float | None, spread: float | None, digits: int) -> str:
    return "" if value is None or spread is None else f"{value:+.{digits}f}±{spread:.{digits}f}"
