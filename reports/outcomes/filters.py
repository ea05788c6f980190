"""What a set of outcomes is narrowed to; printed with the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date

from reports.outcomes.records import Row

POPULATIONS = ("main", "all")


@dataclass(frozen=True)
class Filters:
    """Which participants: `main` leaves out whom a deviation keeps out of the main analysis. An
    empty text is no limit; both days are included."""

    population: str = "main"
    site: str = ""
    arm: str = ""
    technique: str = ""
    reader: str = ""
    sex: str = ""
    affected_side: str = ""
    screened_from: str = ""
    screened_until: str = ""

    def chosen(self) -> dict[str, str]:
        """The limits that are set."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def tells_arms(self) -> bool:
        """Whether these limits pick out an arm."""
        return bool(self.arm or self.technique)

    def keeps(self, row: Row) -> bool:
        """Whether a participant is in. A technique and a reader limit reads, not participants."""
        wanted = {"site": row.site, "arm": row.arm, "sex": row.sex, "affected_side": row.affected}
        if any(getattr(self, name) not in ("", there) for name, there in wanted.items()):
            return False
        if self.screened_from and row.screened_on < self.screened_from:
            return False
        if self.screened_until and row.screened_on > self.screened_until:
            return False
        return self.population == "all" or not row.left_out


def filters_from(given: Mapping[str, object]) -> Filters:
    """From plain values, such as those that were stored. Raises ValueError for what is none."""
    known = {field.name for field in fields(Filters)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"There is no filter {unknown[0]}.")
    found = Filters(**{name: str(value) for name, value in given.items() if value not in (None,)})
    if found.population not in POPULATIONS:
        raise ValueError(f"There is no population {found.population}.")
    for day in (found.screened_from, found.screened_until):
        if day:
            date.fromisoformat(day)
    return found
