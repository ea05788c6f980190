"""Stored series as one person may see them, byte for byte.

Whoever sees images sees the series of their sites as they are stored. A reader sees the series of
their own cases, where the case's technique is read from the slices themselves, as a blinded copy: a
reading id for the subject, other UIDs, no dates. For everybody else there is nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from enrollment.protocol.loader import current
from imaging import storage
from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.trial import TrialModule
from imaging.dicom.uids import remap_uid
from imaging.dicom.web.objects import attributes_of
from imaging.models import Instance, Measurement, Series
from imaging.services.cases import cases_of
from studysite.core.access import may, scoped
from studysite.core.errors import NotThere
from studysite.core.keys import key_from_file
from studysite.core.models import User
from studysite.core.roles import Action

# The technique whose reader looks at the slices; the others are read from pictures made of them.
FROM_SLICES = "mpr"
HEADERS_KEPT = 4096


@dataclass(frozen=True)
class Shown:
    """A series in one person's eyes; under a reading id where they are blinded."""

    series: Series
    reading_id: str = ""

    @property
    def uid(self) -> str:
        return self.named(self.series.uid)

    @property
    def study_uid(self) -> str:
        return self.named(self.series.study_uid)

    def named(self, uid: str) -> str:
        """What a UID of the study is called for this person."""
        return remap_uid(uid, _blinding_key(self.reading_id)) if self.reading_id else uid

    def instances(self) -> list[ShownInstance]:
        """Its instances, in their order."""
        rows = self.series.instances.order_by("number")
        return [ShownInstance(self, row) for row in rows]


@dataclass(frozen=True)
class ShownInstance:
    """One instance in one person's eyes."""

    of: Shown
    row: Instance

    @property
    def uid(self) -> str:
        return self.of.named(self.row.uid)

    def content(self) -> bytes:
        """Its bytes: those that are stored, or the blinded copy made of them."""
        return _content(self.row.sha256, self.of.reading_id, self.of.series.sequence)

    def attributes(self) -> dict[str, Any]:
        """What it says about itself, as DICOM JSON."""
        return _attributes(self.row.sha256, self.of.reading_id, self.of.series.sequence)


def shown_to(by: User) -> list[Shown]:
    """Every series that a person may see."""
    if may(by, Action.SEE_IMAGES):
        rows = scoped(Series.objects.all(), by, Action.SEE_IMAGES, "participant__site")
        return [Shown(series) for series in rows.order_by("pk")]
    found = {}
    for case in cases_of(by=by) if may(by, Action.READ_CASE) else []:
        # A training case is drawn from a simulation, and has no series.
        if FROM_SLICES in case.techniques and isinstance(case.source, Measurement):
            found[case.reading_id] = Shown(case.source.series, case.reading_id)
    return list(found.values())


def find_study(*, by: User, study_uid: str) -> list[Shown]:
    """The series of a study that a person may see; if there is none, there is no such study."""
    found = [shown for shown in shown_to(by) if shown.study_uid == study_uid]
    return _there(found)


def find_series(*, by: User, study_uid: str, series_uid: str) -> Shown:
    """One of them."""
    return _there([s for s in find_study(by=by, study_uid=study_uid) if s.uid == series_uid])[0]


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


def _content(sha256: str, reading_id: str, sequence: str) -> bytes:
    stored = storage.scan_bytes(sha256)
    if not reading_id:
        return stored
    protocol = current()
    trial = TrialModule(
        sponsor=protocol.sponsor,
        protocol_id=protocol.registry_id,
        protocol_name=protocol.acronym,
        series_id=sequence,
        reading_id=reading_id,
    )
    # A blinded copy has no dates at all, so that nothing moves by this offset.
    return deidentify(stored, keys=DeidKeys(_blinding_key(reading_id), 1), trial=trial)


@lru_cache(maxsize=HEADERS_KEPT)
def _attributes(sha256: str, reading_id: str, sequence: str) -> dict[str, Any]:
    return attributes_of(_content(sha256, reading_id, sequence))


def _blinding_key(reading_id: str) -> bytes:
    """UIDs of one reading lead to no other reading and to no stored object."""
    study = key_from_file(settings.DEIDENTIFY_KEY_FILE)
    return hmac.new(study, f"reading:{reading_id}".encode(), hashlib.sha256).digest()
