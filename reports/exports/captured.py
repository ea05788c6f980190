"""Forms as they were captured, revision by revision, whatever holds their answers: the entries of
visits and logs, quality checks, measurements, reads, and the ends of participation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from enrollment.crfs.checking import without_blanks
from enrollment.crfs.definition import Form, Place
from enrollment.crfs.registry import FORMS, form_of
from enrollment.models import FormRevision, Participant, Withdrawal
from enrollment.models.forms import LOG, EntryState
from enrollment.usable import DATA, IMAGES
from imaging.models import Adjudication, Measurement, QualityCheck, Read
from imaging.services.measurement_form import answers_of
from reports.exports.scope import Scope

# The event of what belongs to no visit of a person.
IMAGING = "imaging"
LEAVING = "leaving"
EVENTS = {LOG: "Log", IMAGING: "Imaging", LEAVING: "End of participation"}
NEEDS = {
    Place.VISIT: "clinical",
    Place.LOG: "clinical",
    Place.LEAVING: "clinical",
    Place.SERIES: "scans",
    Place.MEASUREMENT: "measurements",
    Place.READ: "reads",
}


@dataclass(frozen=True)
class Revision:
    """The answers of a form after one save. `about` names the series, measurement or read."""

    number: str
    form: str
    version: str
    visit: str
    repeat: str
    revision: int
    state: str
    answers: Mapping[str, Any]
    by: str
    at: datetime
    reason: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    about: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """What is the same in all revisions of a form."""
        return self.visit, self.form, self.repeat

    @property
    def definition(self) -> Form:
        """The form as it was when it was captured."""
        return form_of(self.form, self.version)


@dataclass(frozen=True)
class Filled:
    """A form with its revisions, the oldest first."""

    revisions: tuple[Revision, ...]

    @property
    def now(self) -> Revision:
        """As it stands."""
        return self.revisions[-1]


def forms_shown(scope: Scope) -> list[str]:
    """The forms whose answers a scope lets out."""
    return [key for key, form in FORMS.items() if scope.shows(NEEDS[form.place])]


def filled(chunk: Sequence[Participant], scope: Scope) -> dict[str, list[Filled]]:
    """The forms of some participants that a scope lets out, by number. Whoever left and lets no
    data stay has none, and who lets no images stay none that came of them."""
    gone, without_images = _refusing(chunk, DATA), _refusing(chunk, IMAGES)
    found: dict[str, dict[tuple[str, str, str], list[Revision]]] = {}
    for row in _revisions(chunk, set(forms_shown(scope))):
        refused = without_images if row.form in OF_IMAGES else gone
        if row.number in refused and row.form != LEAVING_FORM:
            continue
        found.setdefault(row.number, {}).setdefault(row.place, []).append(row)
    return {
        number: [Filled(tuple(rows)) for rows in places.values()]
        for number, places in found.items()
    }


LEAVING_FORM = "withdrawal"
# Computed from images, or seen in them.
OF_IMAGES = {"image_quality", "nerve_measurement", "neurovascular_read"}


def _refusing(chunk: Sequence[Participant], what: str) -> set[str]:
    rows = Withdrawal.objects.filter(participant__in=chunk, **{what: False})
    return set(rows.values_list("participant__number", flat=True))


def _revisions(chunk: Sequence[Participant], forms: set[str]) -> Iterator[Revision]:
    if forms & {key for key, form in FORMS.items() if form.place in {Place.VISIT, Place.LOG}}:
        yield from _entered(chunk)
    if "image_quality" in forms:
        yield from _checked(chunk)
    if "nerve_measurement" in forms:
        yield from _measured(chunk)
    if "neurovascular_read" in forms:
        yield from _read(chunk)
        yield from _adjudicated(chunk)
    if LEAVING_FORM in forms:
        yield from _left(chunk)


def _entered(chunk: Sequence[Participant]) -> Iterator[Revision]:
    rows = FormRevision.objects.filter(entry__participant__in=chunk)
    rows = rows.select_related("entry__participant", "by")
    for row in rows.order_by("entry_id", "number"):
        entry = row.entry
        yield Revision(
            entry.participant.number, entry.form, row.form_version, entry.visit,
            str(entry.repeat), row.number, row.state, row.answers, row.by.username, row.at,
            row.reason, row.reasons, f"form_revision/{row.pk}",
        )  # fmt: skip


def _checked(chunk: Sequence[Participant]) -> Iterator[Revision]:
    rows = QualityCheck.objects.filter(series__participant__in=chunk)
    rows = rows.select_related("series__participant", "by").order_by("series_id", "pk")
    form = FORMS["image_quality"]
    seen: dict[int, int] = {}
    for row in rows:
        seen[row.series_id] = seen.get(row.series_id, 0) + 1
        answers = {"verdict": row.verdict, "score": row.score, "remarks": row.remarks}
        yield Revision(
            row.series.participant.number, form.key, form.version, IMAGING,
            f"series-{row.series_id}", seen[row.series_id], EntryState.SUBMITTED,
            without_blanks(answers), row.by.username, row.at,
            source=f"quality_check/{row.pk}", about=row.series.uid,
        )  # fmt: skip


def _measured(chunk: Sequence[Participant]) -> Iterator[Revision]:
    rows = Measurement.objects.filter(series__participant__in=chunk, finished_at__isnull=False)
    rows = rows.select_related("series__participant", "by").order_by("series_id", "version")
    form = FORMS["nerve_measurement"]
    for row in rows:
        yield Revision(
            row.series.participant.number, form.key, form.version, IMAGING,
            f"series-{row.series_id}", row.version, EntryState.SUBMITTED, answers_of(row),
            row.by.username, row.finished_at or row.at, row.reason,
            source=f"measurement/{row.pk}", about=row.series.uid,
        )  # fmt: skip


def _read(chunk: Sequence[Participant]) -> Iterator[Revision]:
    rows = Read.objects.filter(participant__in=chunk, locked_at__isnull=False)
    for row in rows.select_related("participant", "reader").order_by("pk"):
        yield Revision(
            row.participant.number, "neurovascular_read", _version(row.form_version), IMAGING,
            row.reading_id, 1, EntryState.SUBMITTED, row.answers, row.reader.username,
            _moment(row.locked_at), source=f"read/{row.pk}", about=row.reading_id,
        )  # fmt: skip


def _adjudicated(chunk: Sequence[Participant]) -> Iterator[Revision]:
    rows = Adjudication.objects.filter(participant__in=chunk, at__isnull=False)
    for row in rows.select_related("participant", "reader").order_by("pk"):
        yield Revision(
            row.participant.number, "neurovascular_read", _version(""), IMAGING,
            row.reading_id, 1, EntryState.SUBMITTED, row.answers,
            row.reader.username if row.reader else "", _moment(row.at),
            source=f"adjudication/{row.pk}", about=row.reading_id,
        )  # fmt: skip


def _left(chunk: Sequence[Participant]) -> Iterator[Revision]:
    rows = Withdrawal.objects.filter(participant__in=chunk)
    for row in rows.select_related("participant", "by").order_by("pk"):
        stays = {True: "yes", False: "no"}
        answers = {
            "kind": row.kind, "on": row.on.isoformat(), "decided_by": row.decided_by,
            "data_may_stay": stays[row.data_may_stay], "reason": row.reason,
            "images_may_stay": stays[row.images_may_stay] if row.data_may_stay else None,
        }  # fmt: skip
        yield Revision(
            row.participant.number, LEAVING_FORM, FORMS[LEAVING_FORM].version, LEAVING, "1", 1,
            EntryState.SUBMITTED, without_blanks(answers), row.by.username, row.at,
            source=f"withdrawal/{row.pk}",
        )  # fmt: skip


def _version(version: str) -> str:
    return version or FORMS["neurovascular_read"].version


def _moment(at: datetime | None) -> datetime:
    if at is None:
        raise ValueError("a row that is finished has a time")
    return at
