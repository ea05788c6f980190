"""The study as flat datasets: one for each form as it stands, one for each kind of record, and one
of every change. CSV and Dataset-JSON are both made from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from enrollment.crfs.definition import Item, ItemType
from enrollment.crfs.registry import FORMS, versions_of
from enrollment.models import Participant
from reports.exports import names
from reports.exports.captured import Filled, filled, forms_shown
from reports.exports.columns import Column, Kind, moment
from reports.exports.scope import Scope
from reports.exports.tables import TABLES
from reports.exports.values import text_of

CHANGES = "changes"
# Where a record or a change is; with these begins each row.
_NUMBER = Column("participant", "Subject number")
_PLACE = (
    _NUMBER,
    Column("visit", "Visit"),
    Column("repeat", "Repeat, series or reading id"),
    Column("form_version", "Version of the form"),
)
_STANDING = (
    Column("state", "State"),
    Column("revision", "Revision", Kind.INTEGER),
    Column("by", "By"),
    Column("at", "At", Kind.MOMENT),
    Column("about", "Series or read that it is about"),
)
_CHANGE = (
    _NUMBER,
    Column("visit", "Visit"),
    Column("form", "Form"),
    Column("repeat", "Repeat, series or reading id"),
    Column("form_version", "Version of the form"),
    Column("revision", "Revision", Kind.INTEGER),
    Column("state", "State"),
    Column("item", "Item"),
    Column("before", "Before"),
    Column("after", "After"),
    Column("reason", "Reason"),
    Column("by", "By"),
    Column("at", "At", Kind.MOMENT),
)
KINDS = {
    ItemType.INTEGER: Kind.INTEGER,
    ItemType.DECIMAL: Kind.DECIMAL,
    ItemType.DATE: Kind.DATE,
    ItemType.BOOLEAN: Kind.BOOLEAN,
}


@dataclass(frozen=True)
class Dataset:
    """A flat table. `keys`: so many of its first columns tell a row from the others."""

    key: str
    label: str
    group_oid: str
    columns: tuple[Column, ...]
    oids: tuple[str, ...]
    keys: int = 1


def datasets(scope: Scope) -> list[Dataset]:
    """Every dataset that a scope lets out."""
    forms = [_of_form(key) for key in forms_shown(scope)]
    records = []
    for table in TABLES:
        if columns := table.shown(scope):
            named = (_NUMBER, *columns)
            oids = tuple(names.record_item(table.key, column.name) for column in named)
            group = names.record_group(table.key)
            records.append(Dataset(table.key, table.label, group, named, oids))
    oids = tuple(names.record_item(CHANGES, column.name) for column in _CHANGE)
    group = names.record_group(CHANGES)
    changes = Dataset(CHANGES, "Every change of an answer", group, _CHANGE, oids)
    return [*records, *forms, changes]


def items_of(form: str) -> dict[str, Item]:
    """The items of all versions of a form; of one that several have, the newest."""
    found: dict[str, Item] = {}
    for version in versions_of(form).values():
        for item in version.items:
            found[item.name] = item
    return found


def rows(chunk: Sequence[Participant], scope: Scope) -> Iterator[tuple[str, list[Any]]]:
    """The dataset of each row about some participants, and its values."""
    for table in TABLES:
        for number, values in table.rows(chunk, scope):
            yield table.key, [number, *values]
    for number, forms in filled(chunk, scope).items():
        for form in forms:
            yield form.now.form, _row(number, form)
            for change in _changes(number, form):
                yield CHANGES, change


def _of_form(key: str) -> Dataset:
    newest = FORMS[key]
    columns = [*_PLACE, *_STANDING]
    oids = [names.record_item(key, column.name) for column in columns]
    for name, item in items_of(key).items():
        columns.append(Column(_free(name), item.question_en, KINDS.get(item.type, Kind.TEXT)))
        oids.append(names.item(_newest_with(key, name), name))
    group = names.form(newest)
    return Dataset(key, newest.title_en, group, tuple(columns), tuple(oids), len(_PLACE) - 1)


def _newest_with(key: str, name: str) -> Any:
    having = [
        form for form in versions_of(key).values() if name in {item.name for item in form.items}
    ]
    return having[-1]


def _free(name: str) -> str:
    """An item that is called as a column of ours is."""
    taken = {column.name for column in (*_PLACE, *_STANDING)}
    return f"item_{name}" if name in taken else name


def _row(number: str, form: Filled) -> list[Any]:
    now = form.now
    values: list[Any] = [
        number, now.visit, now.repeat, now.version,
        now.state, now.revision, now.by, moment(now.at), now.about or None,
    ]  # fmt: skip
    return [*values, *(flat(now.answers.get(name)) for name in items_of(now.form))]


def flat(answer: Any) -> Any:
    """An answer in one cell: several of a list in one text."""
    return text_of(answer) if isinstance(answer, list) else answer


def _changes(number: str, form: Filled) -> Iterator[list[Any]]:
    before: dict[str, Any] = {}
    for row in form.revisions:
        for name in dict.fromkeys([*before, *row.answers]):
            old, new = before.get(name), row.answers.get(name)
            if old != new:
                yield [
                    number, row.visit, row.form, row.repeat, row.version, row.revision, row.state,
                    name, None if old is None else text_of(old),
                    None if new is None else text_of(new),
                    row.reasons.get(name) or row.reason or None, row.by, moment(row.at),
                ]  # fmt: skip
        before = dict(row.answers)
