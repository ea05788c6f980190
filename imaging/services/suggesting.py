"""End points that the software suggests: for a person to confirm or move, never used otherwise.

A worker looks for them, which takes seconds; what it found is kept beside the documents, under the
digest of the scan, and is no part of anybody's record until a person confirms it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.utils.translation import gettext as _

from enrollment.services import way
from imaging.models import Series, SeriesState
from imaging.nerve.result import Ends
from imaging.nerve.suggest import Suggestion, suggest_ends
from imaging.volumes import volume_of
from studysite.core import jobs
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.disk import write_whole
from studysite.core.errors import OutOfOrder
from studysite.core.models import Job, JobState, User
from studysite.core.roles import Action
from studysite.core.said import kept, said

KIND = "suggest"


@service(Action.MEASURE)
def ask_suggestion(*, by: User, series: Series) -> Job:
    """Have a worker look for both nerves' ends on an accepted series. The same scan is looked at
    once; where that failed, again."""
    _require_measurable(by, series)
    participant = way.hold(series.participant, visit=series.scan.visit.key)
    job = suggestion_job(series)
    if job is not None and job.state == JobState.FAILED:
        jobs.retry(job)
        job.refresh_from_db()
    elif job is None or (job.state == JobState.DONE and _found(series.sha256) is None):
        key = f"{_key(series)}:{job.pk}" if job else _key(series)
        job = jobs.ask(kind=KIND, key=key, target=str(series.pk), subject=participant.number, by=by)
    about(participant.number, said("Suggested end points asked for"))
    return job


def suggestion_for(*, by: User, series: Series) -> Suggestion | None:
    """Where the nerves' ends seem to be on an accepted series; None before anybody asked, or while
    a worker looks. Writes nothing."""
    _require_measurable(by, series)
    return _found(series.sha256)


def suggestion_job(series: Series) -> Job | None:
    """The newest job that looks for them."""
    rows = Job.objects.filter(kind=KIND, target=str(series.pk), key__startswith=_key(series))
    return rows.order_by("-requested_at").first()


def perform(held: jobs.Held) -> None:
    """Look for the ends on one series, and keep what was found."""
    series = Series.objects.get(pk=held.job.target)
    held.progress(0.05, said("Reading the scan"))
    volume = volume_of(series)
    held.progress(0.3, said("Looking for both nerves"))
    content = json.dumps(_written(suggest_ends(volume)), sort_keys=True).encode()
    with held.storing():
        write_whole(Path(storages["documents"].path(_name(series.sha256))), content)


def ends_of(suggestion: Suggestion) -> dict[str, dict[str, Any]]:
    """The suggested ends in the form of a measurement's."""
    return {
        side: {"brainstem_mm": list(ends.brainstem_mm), "canal_mm": list(ends.canal_mm)}
        for side, ends in suggestion.ends.items()
    }


def _require_measurable(by: User, series: Series) -> None:
    require(by, Action.MEASURE, series.participant.site)
    if series.state != SeriesState.ACCEPTED:
        raise OutOfOrder(_("Only a series that quality control has accepted is measured."))
    if not series.measurable:
        raise OutOfOrder(_("The protocol does not measure the nerve on this series."))


def _key(series: Series) -> str:
    return f"{KIND}:{series.pk}:{series.sha256[:16]}:{settings.VERSION}"


def _name(sha256: str) -> str:
    return f"suggestions/{sha256}-{settings.VERSION}.json"


def _written(found: Suggestion) -> dict[str, Any]:
    return {
        "ends": ends_of(found),
        "confidence": found.confidence,
        "reason": found.reason,
        "sentence": kept(found.sentence),
    }


def _found(sha256: str) -> Suggestion | None:
    store = storages["documents"]
    if not store.exists(_name(sha256)):
        return None
    with store.open(_name(sha256)) as file:
        read = json.load(file)
    ends = {
        side: Ends(tuple(points["brainstem_mm"]), tuple(points["canal_mm"]))
        for side, points in read["ends"].items()
    }
    return Suggestion(ends, read["confidence"], read["reason"], read["sentence"])
