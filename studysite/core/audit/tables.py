"""Which tables the trail covers, and what it needs to know of each.

Every table of every model is covered, those between many and many too. One that is not is named
here with its reason. A description is data: it goes into the trail itself, so that the trail can be
read, and replayed, without this program.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from django.apps import apps
from django.db import router
from django.db.models import Field, ForeignKey, Model

EXCUSED = {
    "sessions.Session": "Comes and goes with the browser; signing in and out are acts.",
    "usersessions.UserSession": "As the session it describes; ending it is an act.",
    "mfa.Authenticator": "Notes each use; adding and removing a second factor are acts.",
    "axes.AccessAttempt": "Counts failures by whoever tries; nobody is signed in then.",
    "axes.AccessAttemptExpiration": "As the count that it ends.",
    "axes.AccessFailureLog": "As the count; not used.",
    "axes.AccessLog": "Not used: signing in and out are acts.",
    "core.AuditEvent": "The trail itself: appended by its own triggers, never changed.",
    "core.AuditLeaf": "The trail's seal: appended by the sealer, never changed.",
    "core.AuditCheckpoint": "The trail's seal: appended by the sealer, never changed.",
}
# Never in the trail in the clear: a digest shows that it changed.
SECRETS = {
    "core.User": {"password"},
    "authtoken.Token": {"key"},
    "enrollment.Identity": {"hospital_number_mac", "wrapped_key", "sealed"},
}
# Tables whose rows the database itself refuses to delete, whoever asks: what was asked, verified,
# closed or signed stays.
NEVER_DELETED = frozenset(
    {
        "core_signature",
        "enrollment_closure",
        "enrollment_query",
        "enrollment_querymessage",
        "enrollment_unlockrequest",
        "enrollment_verification",
    }
)
REFUSED = "Nothing of this table is ever deleted."
PARTICIPANT, SITE = "enrollment.Participant", "core.Site"
# Where the subject number is a column of the row itself.
SUBJECT_COLUMNS = {
    PARTICIPANT: "number",
    "enrollment.Identity": "number",
    "core.Act": "subject",
    "core.Job": "subject",
    "core.Signature": "subject",
}
KINDS = {
    "BinaryField": "bytes",
    "BooleanField": "boolean",
    "DateField": "day",
    "DateTimeField": "moment",
    "FloatField": "float",
    "GenericIPAddressField": "text",
    "JSONField": "json",
    "UUIDField": "uuid",
} | dict.fromkeys(("CharField", "SlugField", "TextField", "URLField", "EmailField"), "text")
INTEGERS = ("AutoField", "IntegerField")


@dataclass(frozen=True)
class Column:
    """A column, what its values are, and whether they are secret."""

    name: str
    kind: str
    secret: bool = False


@dataclass(frozen=True)
class Step:
    """From a column to the row of another table that it points to."""

    column: str
    table: str
    key: str


@dataclass(frozen=True)
class Path:
    """How to come from a row to a value about it: over these steps to this column."""

    steps: tuple[Step, ...]
    column: str


@dataclass(frozen=True)
class Table:
    """A covered table."""

    name: str
    key: str
    columns: tuple[Column, ...]
    subject: Path | None = None
    site: Path | None = None


def covered(using: str) -> list[Table]:
    """Every table of a database that the trail covers, by name."""
    tables = [describe(model) for model in models_in(using) if model._meta.label not in EXCUSED]
    return sorted(tables, key=lambda table: table.name)


def models_in(using: str, among: Iterable[type[Model]] | None = None) -> Iterator[type[Model]]:
    """Every model with a table of its own in a database."""
    for model in apps.get_models(include_auto_created=True) if among is None else among:
        of_its_own = model._meta.managed and not model._meta.proxy
        if of_its_own and router.allow_migrate_model(using, model):
            yield model


def describe(model: type[Model]) -> Table:
    """A model's table as the trail sees it."""
    secrets = SECRETS.get(model._meta.label, set())
    fields = [field for field in model._meta.concrete_fields if field.column]
    return Table(
        name=model._meta.db_table,
        key=_column(_pk(model)),
        columns=tuple(Column(_column(f), _kind(f), f.column in secrets) for f in fields),
        subject=_subject(model),
        site=_site(model),
    )


def restricted(table: Table, there: Mapping[str, set[str]]) -> Table:
    """The same without the columns that are not there, and without ways over them."""

    def kept(path: Path | None) -> Path | None:
        if path is None:
            return None
        here = table.name
        for step in path.steps:
            if step.column not in there.get(here, ()):
                return None
            here = step.table
        return path if path.column in there.get(here, ()) else None

    columns = tuple(column for column in table.columns if column.name in there[table.name])
    return replace(table, columns=columns, subject=kept(table.subject), site=kept(table.site))


def as_text(tables: list[Table]) -> str:
    """The description that goes into the trail, the same bytes for the same tables."""
    return json.dumps([asdict(table) for table in tables], sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> list[Table]:
    """A description as it was put into the trail."""
    return [_table(item) for item in json.loads(text)]


def version_of(text: str) -> str:
    """The short name of a description, beside each event made under it."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _table(item: dict) -> Table:
    columns = tuple(Column(**column) for column in item["columns"])
    paths = {name: _path(item[name]) for name in ("subject", "site")}
    return Table(item["name"], item["key"], columns, **paths)


def _path(item: dict | None) -> Path | None:
    if item is None:
        return None
    return Path(tuple(Step(**step) for step in item["steps"]), item["column"])


def _pk(model: type[Model]) -> Field:
    key = model._meta.pk
    if key is None:
        raise TypeError(
            f"{model._meta.label} has no primary key, so the trail cannot name its rows."
        )
    return key


def subject_among(values: Iterable[object]) -> str:
    """The subject number of the first of these rows that is about a participant."""
    for value in values:
        path = _subject(value.__class__) if isinstance(value, Model) else None
        if path and (number := _followed(value, path)):
            return number
    return ""


def _followed(row: Any, path: Path) -> str:
    for step in path.steps:
        field = next(each for each in row._meta.concrete_fields if each.column == step.column)
        row = getattr(row, field.name)
        if row is None:
            return ""
    return str(getattr(row, path.column))


def _column(field: Field) -> str:
    if field.column is None:
        raise TypeError(f"{field} has no column, so the audit trail cannot keep it.")
    return field.column


def _kind(field: Field) -> str:
    if isinstance(field, ForeignKey):
        return _kind(field.target_field)
    kind = field.get_internal_type()
    if kind.endswith(INTEGERS):
        return "integer"
    if kind not in KINDS:
        raise TypeError(f"The audit trail does not know how to keep {field} ({kind}).")
    return KINDS[kind]


@cache
def _subject(model: type[Model]) -> Path | None:
    column = SUBJECT_COLUMNS.get(model._meta.label)
    return Path((), column) if column else _path_to(model, PARTICIPANT, "number")


def _site(model: type[Model]) -> Path | None:
    """The row's own site, or else that of the participant whom its subject names."""
    if model._meta.label == SITE:
        return Path((), "code")
    column = SUBJECT_COLUMNS.get(model._meta.label)
    participant = apps.get_model(PARTICIPANT)
    if not column or model is participant or not _same_database(model, participant):
        return _path_to(model, SITE, "code")
    rest = _path_to(participant, SITE, "code")
    step = Step(column, participant._meta.db_table, "number")
    return rest and Path((step, *rest.steps), rest.column)


def _path_to(model: type[Model], label: str, column: str) -> Path | None:
    """The shortest way over foreign keys."""
    waiting: deque[tuple[type[Model], tuple[Step, ...]]] = deque([(model, ())])
    seen = {model}
    while waiting:
        here, steps = waiting.popleft()
        if here._meta.label == label:
            return Path(steps, column)
        for step, there in _steps(here):
            if there not in seen:
                seen.add(there)
                waiting.append((there, (*steps, step)))
    return None


def _steps(model: type[Model]) -> Iterator[tuple[Step, type[Model]]]:
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            there = field.related_model
            step = Step(field.column, there._meta.db_table, _column(field.target_field))
            yield step, there


def _same_database(one: type[Model], other: type[Model]) -> bool:
    return router.db_for_read(one) == router.db_for_read(other)
