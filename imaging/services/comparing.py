"""Two versions of a measurement beside each other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from imaging.models import Measurement, MeasurementState
from imaging.services.results import find_measurement
from studysite.core.errors import NotThere, OutOfOrder
from studysite.core.models import User

SIDES = ("left", "right")
ENDS = ("brainstem_mm", "canal_mm")
# Name in the document, its unit, and the name of its standard deviation.
VALUES = (
    ("csa_mean_mm2", "mm2", "csa_mean_sd_mm2"),
    ("csa_min_mm2", "mm2", "csa_min_sd_mm2"),
    ("csa_rez_mm2", "mm2", "csa_rez_sd_mm2"),
    ("volume_mm3", "mm3", "volume_sd_mm3"),
    ("length_mm", "mm", ""),
)


@dataclass(frozen=True)
class Difference:
    """One value of one nerve in both versions."""

    side: str
    name: str
    unit: str
    earlier: float | None
    later: float | None
    earlier_sd: float | None
    later_sd: float | None

    @property
    def difference(self) -> float | None:
        """Later minus earlier."""
        if self.earlier is None or self.later is None:
            return None
        return round(self.later - self.earlier, 4)

    @property
    def share(self) -> float | None:
        """The difference as a share of the earlier value."""
        if self.difference is None or not self.earlier:
            return None
        return round(self.difference / self.earlier, 4)


@dataclass(frozen=True)
class PointMoved:
    """An end point in both versions."""

    side: str
    end: str
    earlier: list[float] | None
    later: list[float] | None

    @property
    def moved_mm(self) -> float | None:
        """From the one place to the other."""
        if self.earlier is None or self.later is None:
            return None
        return round(math.dist(self.earlier, self.later), 3)


@dataclass(frozen=True)
class Comparison:
    """Both versions, the earlier first."""

    earlier: Measurement
    later: Measurement
    values: list[Difference]
    points: list[PointMoved]


def compared(*, by: User, pk: int, other: int) -> Comparison:
    """Two finished versions of one series' measurement. Raises NotThere for another series' one,
    OutOfOrder while one is still measured."""
    rows = [find_measurement(by=by, pk=each) for each in (pk, other)]
    if rows[0].series_id != rows[1].series_id:
        raise NotThere(_("These measurements are not of one series."))
    if any(row.state == MeasurementState.ASKED for row in rows):
        raise OutOfOrder(_("A version that is still being measured has nothing to compare."))
    earlier, later = sorted(rows, key=lambda row: row.version)
    return Comparison(earlier, later, _values(earlier, later), _points(earlier, later))


def _values(earlier: Measurement, later: Measurement) -> list[Difference]:
    found = []
    for side in SIDES:
        one, other = (_nerve(row, side) for row in (earlier, later))
        if one or other:
            found += [
                Difference(
                    side, name, unit, one.get(name), other.get(name), one.get(sd), other.get(sd)
                )
                for name, unit, sd in VALUES
            ]
    return found


def _nerve(row: Measurement, side: str) -> dict[str, Any]:
    nerve = (row.result or {}).get("nerves", {}).get(side) or {}
    return nerve if nerve.get("status") == "measured" else {}


def _points(earlier: Measurement, later: Measurement) -> list[PointMoved]:
    return [
        PointMoved(side, end, *(row.ends.get(side, {}).get(end) for row in (earlier, later)))
        for side in SIDES
        for end in ENDS
        if side in earlier.ends or side in later.ends
    ]
