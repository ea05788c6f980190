"""Stored objects as one person may see them, byte for byte.

Whoever sees images sees the series of their sites as they are stored, and the objects made of those
measurements and cases that they may see. A reader sees the series of their own cases, where the
case's technique is read from the slices themselves, as a blinded copy: a reading id for the
subject, other UIDs, no dates. For everybody else there is nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from enrollment.protocol.definition import Protocol
from enrollment.protocol.loader import current
from imaging import storage
from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.trial import TrialModule
from imaging.dicom.uids import remap_uid
from imaging.dicom.web.objects import attributes_of
from imaging.models import Adjudication, Derived, Instance, Measurement, Read, Series
from imaging.services.case_list import Case
from imaging.services.cases import cases_of
from imaging.services.derived import derived_for
from studysite.core.access import may, scoped
from studysite.core.errors import NotThere
from studysite.core.keys import key_from_file
from studysite.core.models import User
from studysite.core.roles import Action

# The technique whose reader looks at the slices; the others are read from pictures made of them.
FROM_SLICES = "mpr"
HEADERS_KEPT = 4096


@dataclass(frozen=True)
class File:
    """A stored object by its own UID and by its bytes."""

    uid: str
    sha256: str


@dataclass(frozen=True)
class Shown:
    """A series in one person's eyes; under a reading id where they are blinded. `files` are there
    where they came with it; of a scan's series they are asked for when they are wanted."""

    stored_study_uid: str
    stored_uid: str
    modality: str
    count: int
    head: File
    sequence: str = ""
    series_pk: int = 0
    reading_id: str = ""
    trial: TrialModule | None = None
    files: tuple[File, ...] = field(default=())

    @property
    def uid(self) -> str:
        return self.named(self.stored_uid)

    @property
    def study_uid(self) -> str:
        return self.named(self.stored_study_uid)

    def named(self, uid: str) -> str:
        """What a UID of the study is called for this person."""
        return remap_uid(uid, _blinding_key(self.reading_id)) if self.reading_id else uid

    def first(self) -> ShownInstance:
        """Its first instance."""
        return ShownInstance(self, self.head)

    def instances(self) -> list[ShownInstance]:
        """Its instances, in their order."""
        rows = Instance.objects.filter(series=self.series_pk).order_by("number")
        files = self.files or (File(*row) for row in rows.values_list("uid", "sha256"))
        return [ShownInstance(self, file) for file in files]


@dataclass(frozen=True)
class ShownInstance:
    """One instance in one person's eyes."""

    of: Shown
    file: File

    @property
    def uid(self) -> str:
        return self.of.named(self.file.uid)

    def content(self) -> bytes:
        """Its bytes: those that are stored, or the blinded copy made of them."""
        return _content(self.file.sha256, self.of.trial)

    def attributes(self) -> dict[str, Any]:
        """What it says about itself, as DICOM JSON."""
        return _attributes(self.file.sha256, self.of.trial)


def shown_to(by: User, *, study_uid: str = "", series_uid: str = "") -> list[Shown]:
    """The series that a person may see, a study's together; those of one study or of one series
    where that is asked for. As many queries however many there are."""
    if may(by, Action.SEE_IMAGES):
        asked = {"study_uid": study_uid, "series_uid": series_uid}
        asked = {name: uid for name, uid in asked.items() if uid}
        found = [*_stored(by, asked), *_derived(by, asked)]
        return sorted(found, key=lambda one: one.stored_study_uid)
    found = _of_cases(by) if may(by, Action.READ_CASE) else []
    return [
        one for one in found if study_uid in ("", one.study_uid) and series_uid in ("", one.uid)
    ]


def _stored(by: User, asked: dict[str, str]) -> list[Shown]:
    rows = scoped(Series.objects.all(), by, Action.SEE_IMAGES, "participant__site")
    if "series_uid" in asked:
        rows = rows.filter(uid=asked["series_uid"])
    if "study_uid" in asked:
        rows = rows.filter(study_uid=asked["study_uid"])
    return [_of_series(row) for row in with_heads(rows).order_by("pk")]


def with_heads(rows: QuerySet[Series]) -> QuerySet[Series]:
    """Series, each with the first of its instances."""
    first = Instance.objects.filter(series=OuterRef("pk")).order_by("number")
    return rows.annotate(
        head_uid=Subquery(first.values("uid")[:1]), head_sha256=Subquery(first.values("sha256")[:1])
    )


def _of_series(row: Any, reading_id: str = "", trial: TrialModule | None = None) -> Shown:
    return Shown(
        stored_study_uid=row.study_uid,
        stored_uid=row.uid,
        modality=row.modality,
        count=row.instances_count,
        head=File(row.head_uid, row.head_sha256),
        sequence=row.sequence,
        series_pk=row.pk,
        reading_id=reading_id,
        trial=trial,
    )


def _derived(by: User, asked: dict[str, str]) -> list[Shown]:
    rows = derived_for(by).filter(**asked).order_by("series_uid", "pk")
    return [_of_derived(list(several)) for _uid, several in groupby(rows, lambda r: r.series_uid)]


def _of_derived(rows: list[Derived]) -> Shown:
    files = tuple(File(row.uid, row.sha256) for row in rows)
    one = rows[0]
    return Shown(one.study_uid, one.series_uid, one.modality, len(files), files[0], files=files)


def _of_cases(by: User) -> list[Shown]:
    """A reader's cases that are read from slices. A training case is drawn from a simulation, and
    has no series."""
    cases = [case for case in cases_of(by=by) if FROM_SLICES in case.techniques]
    keys = _series_of(cases)
    rows = {row.pk: row for row in with_heads(Series.objects.filter(pk__in=keys.values()))}
    protocol = current()
    return [
        _of_series(rows[pk], reading_id, _blinded(protocol, rows[pk].sequence, reading_id))
        for reading_id, pk in keys.items()
    ]


def _blinded(protocol: Protocol, sequence: str, reading_id: str) -> TrialModule:
    """What a blinded copy says of the trial: the reading's own id, and neither site nor subject."""
    return TrialModule(
        sponsor=protocol.sponsor,
        protocol_id=protocol.registry_id,
        protocol_name=protocol.acronym,
        series_id=sequence,
        reading_id=reading_id,
    )


def _series_of(cases: list[Case]) -> dict[str, int]:
    """The series of each case, by its reading id. That of a third read is the two readers'."""
    thirds = [case.row for case in cases if isinstance(case.row, Adjudication)]
    measured = Read.objects.filter(participant__in=[row.participant_id for row in thirds])
    places = measured.values_list("participant", "session", "measurement__series")
    of_thirds = {(whose, session): series for whose, session, series in places}
    reads = [case.row.measurement_id for case in cases if isinstance(case.row, Read)]
    of_reads = dict(Measurement.objects.filter(pk__in=reads).values_list("pk", "series"))
    found = {}
    for case in cases:
        if isinstance(case.row, Adjudication):
            found[case.reading_id] = of_thirds[case.row.participant_id, case.row.session]
        elif isinstance(case.row, Read):
            found[case.reading_id] = of_reads[case.row.measurement_id]
    return found


def find_study(*, by: User, study_uid: str) -> list[Shown]:
    """The series of a study that a person may see; if there is none, there is no such study."""
    return _there(shown_to(by, study_uid=study_uid))


def find_series(*, by: User, study_uid: str, series_uid: str) -> Shown:
    """One of them."""
    return _there(shown_to(by, study_uid=study_uid, series_uid=series_uid))[0]


def find_instance(*, by: User, study_uid: str, series_uid: str, uid: str) -> ShownInstance:
    """One instance of a series that a person may see."""
    series = find_series(by=by, study_uid=study_uid, series_uid=series_uid)
    found = [instance for instance in series.instances() if instance.uid == uid]
    if not found:
        raise _nothing()
    return found[0]


def _there(found: list[Shown]) -> list[Shown]:
    if not found:
        raise _nothing()
    return found


def _nothing() -> NotThere:
    return NotThere(_("There is no such image."))


def contents(instances: Iterable[ShownInstance]) -> Iterable[bytes]:
    """The bytes of instances, one after the other."""
    return (instance.content() for instance in instances)


def _content(sha256: str, trial: TrialModule | None) -> bytes:
    stored = storage.scan_bytes(sha256)
    if trial is None:
        return stored
    # A blinded copy has no dates at all, so that nothing moves by this offset.
    return deidentify(stored, keys=DeidKeys(_blinding_key(trial.reading_id), 1), trial=trial)


@lru_cache(maxsize=HEADERS_KEPT)
def _attributes(sha256: str, trial: TrialModule | None) -> dict[str, Any]:
    return attributes_of(_content(sha256, trial))


def _blinding_key(reading_id: str) -> bytes:
    """UIDs of one reading lead to no other reading and to no stored object."""
    study = key_from_file(settings.DEIDENTIFY_KEY_FILE)
    return hmac.new(study, f"reading:{reading_id}".encode(), hashlib.sha256).digest()
