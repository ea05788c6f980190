"""Tables of records: what their columns are called and hold, and where their rows come from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model

from enrollment.models import Participant
from reports.exports.scope import Scope


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    JSON = "json"


@dataclass(frozen=True)
class Column:
    """One value of a row. `path` is where it lies from the row's model; `needs` the kind of data
    that a reader must be allowed to see."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    path: str = ""
    needs: str = ""

    @property
    def source(self) -> str:
        """The lookup of its value."""
        return self.path or self.name


@dataclass(frozen=True)
class Table:
    """One kind of record about participants. `owner` leads from its rows to the participant, or to
    the subject number where they name that alone."""

    key: str
    label: str
    model: type[Model]
    owner: str
    columns: tuple[Column, ...]
    needs: tuple[str, ...] = ()
    # What somebody who left must let stay for it to be told: the data, or the images.
    while_stays: str = ""

    def shown(self, scope: Scope) -> tuple[Column, ...]:
        """The columns that a scope lets out; none where it does not let out the table."""
        if not scope.shows(*self.needs):
            return ()
        return tuple(each for each in self.columns if not each.needs or scope.shows(each.needs))

    def rows(self, chunk: Sequence[Participant], scope: Scope) -> Iterator[tuple[str, list[Any]]]:
        """The subject number of each row and its values, by participant and then as they came."""
        columns = self.shown(scope)
        if not columns:
            return
        by_number = self.owner.endswith("number") or self.owner == "subject"
        keys = [row.number if by_number else row.pk for row in chunk]
        number = self.owner if by_number else f"{self.owner}__number"
        number = "number" if self.model is Participant else number
        found = self.model._default_manager.filter(**{f"{self.owner}__in": keys})
        if self.while_stays:
            found = found.exclude(**{f"{self.owner}__withdrawal__{self.while_stays}": False})
        names = [number, *(column.source for column in columns)]
        for first, *values in found.order_by(number, "pk").values_list(*names):
            pairs = zip(values, columns, strict=True)
            yield first, [plain(value, column.kind) for value, column in pairs]


def plain(value: Any, kind: Kind) -> Any:
    """A value as text, number or truth value, the same on either database."""
    if value is None or value == "":
        return None
    if kind is Kind.JSON:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value


def moment(at: datetime) -> str:
    """A moment in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
