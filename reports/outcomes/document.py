"""The outcomes of the study as it is now: rows from the database, the analysis, and what it is that
they rest on, so that they can be made again."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet

from enrollment.models import Closure, FormEntry, Participant, Step
from enrollment.models.closing import Level, Scope
from enrollment.protocol.loader import current
from imaging.models import Measurement, Read
from reports.checkpoint import named
from reports.outcomes.analysis import Design, analyse
from reports.outcomes.filters import Filters
from reports.outcomes.gather import design_of, rows_of
from reports.outcomes.records import Row, data_sha256

KEPT_ANALYSES = 8
_analyses: OrderedDict[tuple[Any, ...], dict[str, Any]] = OrderedDict()


@dataclass(frozen=True)
class Standing:
    """Whether the study is locked, and so whether arms may be told apart."""

    lock: Closure | None
    blinded: bool


def standing() -> Standing:
    """Arms are withheld until the study is locked, unless the protocol says otherwise."""
    rows = Closure.objects.filter(scope=Scope.STUDY, level=Level.LOCKED, reopened_at__isnull=True)
    lock = rows.first()
    return Standing(lock, blinded=lock is None and current().outcomes.blinded_until_lock)


def document_of(people: QuerySet[Participant], filters: Filters) -> dict[str, Any]:
    """The outcomes of these participants. Raises ValueError for filters that may not be."""
    protocol, stands = current(), standing()
    rows = rows_of(people, protocol)
    digest = data_sha256(rows)
    return {
        **_analysis(rows, filters, design_of(protocol), stands.blinded, digest),
        "study": {
            "registry_id": protocol.registry_id,
            "acronym": protocol.acronym,
            "protocol_version": protocol.version,
            "protocol_sha256": protocol.sha256,
            "study_type": protocol.study_type,
        },
        "software": {"name": "studysite", "version": settings.VERSION},
        "data": {
            "sha256": digest,
            "participants": len(rows),
            "sites": sorted({row.site for row in rows}),
            "as_of": _iso(_as_of(people)),
            "locked_at": _iso(stands.lock.at) if stands.lock else None,
            "lock_sha256": stands.lock.dataset_sha256 if stands.lock else None,
        },
        "checkpoint": named(),
    }


def as_json(document: Mapping[str, Any]) -> bytes:
    """The document as it is kept: sorted, so that the same document has the same bytes."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    return f"{text}\n".encode()


def _analysis(
    rows: list[Row], filters: Filters, design: Design, blinded: bool, digest: str
) -> dict[str, Any]:
    """The same data, filters and design have the same analysis: it is not computed twice."""
    key = (digest, filters, design, blinded, settings.VERSION)
    if key not in _analyses:
        _analyses[key] = analyse(rows, filters, design, blinded=blinded)
        if len(_analyses) > KEPT_ANALYSES:
            _analyses.popitem(last=False)
    return _analyses[key]


def _as_of(people: QuerySet[Participant]) -> datetime | None:
    """When the newest thing came on record that outcomes rest on."""
    mine = people.order_by().values("pk")
    moments = [
        Step.objects.filter(participant__in=mine).aggregate(at=Max("at"))["at"],
        FormEntry.objects.filter(participant__in=mine).aggregate(at=Max("at"))["at"],
        Read.objects.filter(participant__in=mine).aggregate(at=Max("locked_at"))["at"],
        Measurement.objects.filter(series__participant__in=mine).aggregate(
            at=Max("finished_at")
        )["at"],
    ]  # fmt: skip
    return max((at for at in moments if at), default=None)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
