"""Asking for a measurement, and doing it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.journey import State
from enrollment.models import Participant
from enrollment.services import way
from imaging import storage, view_state
from imaging.dicom.series import read_series
from imaging.models import Derived, Measurement, MeasurementState, Series, SeriesState
from imaging.nerve.errors import Refused
from imaging.nerve.measure import all_refused, measure
from imaging.nerve.result import Ends
from imaging.nerve.table import to_json_dict
from imaging.nerve.volume import Volume
from imaging.services import versions
from imaging.services.derived import objects_of
from imaging.services.drawing import draw
from imaging.services.outlined import keeping, recomputed
from imaging.services.readers import assign_reads
from imaging.services.sideways import require_sideways
from imaging.services.viewing import keep_parts
from imaging.volumes import volume_of
from studysite.core import jobs
from studysite.core.access import require
from studysite.core.acts import about, acting, service
from studysite.core.errors import Invalid
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said

SIDES = ("left", "right")
ORIGINS = ("suggested", "moved")
MOST_WAYPOINTS = 5


@service(Action.MEASURE)
def ask_measurement(
    *,
    by: User,
    series: Series,
    ends: Mapping[str, Mapping[str, Any]],
    reason: str = "",
    seen_version: int | None = None,
    view: Mapping[str, Any] | None = None,
) -> Measurement:
    """Ask for a measurement of an accepted series from two end points a nerve, LPS, mm.

    A nerve may have `waypoints_mm` between its ends, and an `origin`: `suggested` where the ends
    are those that the software suggested and the asker confirmed, `moved` where they were moved
    from there. A further version of the same series needs a reason; the versions before it stay.
    `seen_version` is the newest that the asker knew of, 0 for none; `view` how the viewer stood.
    """
    require(by, Action.MEASURE, series.participant.site)
    row, last = versions.held(series, seen_version)
    clean = _checked(row, ends)
    if last and not reason.strip():
        raise Invalid(_("A further version of a measurement needs a reason."), field="reason")
    versions.require_none_under_way(row)
    measurement = Measurement.objects.create(
        series=row,
        version=last + 1,
        ends=clean,
        reason=reason.strip(),
        view=view_state.clean(view or {}),
        by=by,
    )
    versions.queue(measurement)
    asked = said("Measurement version %(version)s asked for", version=measurement.version)
    about(row.participant.number, asked)
    return measurement


def _checked(series: Series, ends: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """End points as plain numbers, each inside the scan."""
    if not ends or not set(ends) <= set(SIDES):
        raise Invalid(_("End points are set for the left nerve, the right one, or both."))
    volume = volume_of(series)
    clean: dict[str, Any] = {}
    for side in SIDES:
        if side not in ends:
            continue
        clean[side] = {}
        for name in ("brainstem_mm", "canal_mm"):
            point = _point(ends[side].get(name))
            if point is None:
                raise Invalid(_not_set(side, name), field=side)
            if not volume.holds(np.array(point)):
                raise Invalid(_outside(side, name), field=side)
            clean[side][name] = point
        between = [_waypoint(volume, side, point) for point in ends[side].get("waypoints_mm", ())]
        if len(between) > MOST_WAYPOINTS:
            raise Invalid(_("At most five way-points lie between the ends."), field=side)
        if between:
            clean[side]["waypoints_mm"] = between
        if ends[side].get("origin") in ORIGINS:
            clean[side]["origin"] = ends[side]["origin"]
    require_sideways(clean)
    return clean


def _waypoint(volume: Volume, side: str, value: object) -> list[float]:
    point = _point(value)
    if point is None or not volume.holds(np.array(point)):
        raise Invalid(_("A way-point is three numbers inside the scan."), field=side)
    return point


def _not_set(side: str, name: str) -> str:
    return {
        ("left", "brainstem_mm"): _("The brainstem end of the left nerve is not set."),
        ("left", "canal_mm"): _("The canal end of the left nerve is not set."),
        ("right", "brainstem_mm"): _("The brainstem end of the right nerve is not set."),
        ("right", "canal_mm"): _("The canal end of the right nerve is not set."),
    }[side, name]


def _outside(side: str, name: str) -> str:
    return {
        ("left", "brainstem_mm"): _("The brainstem end of the left nerve lies outside the scan."),
        ("left", "canal_mm"): _("The canal end of the left nerve lies outside the scan."),
        ("right", "brainstem_mm"): _("The brainstem end of the right nerve lies outside the scan."),
        ("right", "canal_mm"): _("The canal end of the right nerve lies outside the scan."),
    }[side, name]


def _point(value: object) -> list[float] | None:
    if not isinstance(value, list | tuple) or len(value) != 3:
        return None
    if not all(isinstance(x, int | float) and not isinstance(x, bool) for x in value):
        return None
    return [round(float(x), 3) for x in value]


def load(series: Series) -> Volume:
    """A stored series as a volume."""
    return read_series([storage.scan_path(row.sha256) for row in series.instances.all()])


def companion(series: Series) -> Series | None:
    """The accepted TOF angiogram of the same visit, rather one in the same frame of reference; the
    measurement shows that it fits, or moves it, or leaves it."""
    found = Series.objects.filter(scan__visit=series.scan.visit, participant=series.participant)
    rows = found.filter(sequence="tof_3d", state=SeriesState.ACCEPTED).order_by("-at")
    same = [row for row in rows if row.frame_of_reference_uid == series.frame_of_reference_uid]
    return next(iter([*same, *rows]), None)


def perform(held: jobs.Held) -> None:
    """Do the job of one measurement. The numbers are computed outside any transaction."""
    row = Measurement.objects.select_related("series__participant__site", "by", "corrects").get(
        pk=held.job.target
    )
    if row.state != MeasurementState.ASKED:
        with held.storing():
            return
    held.progress(0.02, said("Reading the scan"))
    volume = load(row.series)
    result = recomputed(row) if row.corrects else _compute(row, volume, held)
    held.progress(0.85, said("Drawing the pictures"))
    pictures = draw(volume, result)
    held.progress(0.93, said("Packing what the viewer shows"))
    parts = keep_parts(volume, result, _angiogram(row, result))
    measured = any(nerve["status"] == "measured" for nerve in result["nerves"].values())
    row.result, row.pictures, row.parts = result, pictures, parts
    row.state = MeasurementState.MEASURED if measured else MeasurementState.REFUSED
    held.progress(0.97, said("Making the standard objects"))
    made = objects_of(row) if measured else []
    content = json.dumps(result, sort_keys=True).encode()
    with acting(row.by, Action.MEASURE, subject=held.job.subject), held.storing():
        row.result_sha256 = hashlib.sha256(content).hexdigest()
        row.finished_at = timezone.now()
        row.save()
        Derived.objects.bulk_create(made)
        about(held.job.subject, _outcome(row, result))
        if measured:
            take_on(row.series.participant)


def _angiogram(row: Measurement, result: Mapping[str, Any]) -> Volume | None:
    """The angiogram that the measurement used, and no other that came meanwhile."""
    laid = result["input"].get("tof") or {}
    same = row.series.participant.series.filter(sha256=laid.get("sha256", ""))
    tof = same.first() if laid.get("used") else None
    return load(tof) if tof else None


def _compute(row: Measurement, volume: Volume, held: jobs.Held) -> dict[str, Any]:
    """The nerve-measurement/1 document of both nerves; a scan that carries none is refused."""
    ends = {
        side: Ends(
            tuple(points["brainstem_mm"]),
            tuple(points["canal_mm"]),
            tuple((x, y, z) for x, y, z in points.get("waypoints_mm", ())),
        )
        for side, points in row.ends.items()
    }
    tof = companion(row.series)
    try:
        report = measure(
            volume,
            ends,
            tof=load(tof) if tof else None,
            progress=lambda share, text: held.progress(0.05 + 0.78 * share, text),
        )
    except Refused as refusal:
        report = all_refused(volume, ends, refusal)
    result = to_json_dict(
        report, row.series.sha256, settings.VERSION, tof_sha256=tof.sha256 if tof else None
    )
    return result | {"nerves": {side: keeping(nerve) for side, nerve in result["nerves"].items()}}


def _outcome(row: Measurement, result: Mapping[str, Any]) -> str:
    """What came of each side, as it is kept."""
    told = {
        ("left", "measured"): said("left measured"),
        ("left", "refused"): said("left refused"),
        ("right", "measured"): said("right measured"),
        ("right", "refused"): said("right refused"),
    }
    parts = [told[side, nerve["status"]] for side, nerve in result["nerves"].items()]
    if len(parts) == 1:
        return said("Measurement version %(n)s: %(one)s", n=row.version, one=parts[0])
    one, other = parts
    return said(
        "Measurement version %(n)s: %(one)s, %(other)s", n=row.version, one=one, other=other
    )


def take_on(participant: Participant) -> None:
    """Take a participant whose scans are judged and whose nerves are measured on to measured,
    whichever came last. Somebody who left meanwhile keeps the result and takes no further step."""
    held = Participant.objects.select_for_update().get(pk=participant.pk)
    done = Measurement.objects.filter(
        series__participant=held,
        series__state=SeriesState.ACCEPTED,
        state=MeasurementState.MEASURED,
    )
    # Of both nerves: a reader answers for both sides, and sees pictures of both.
    newest = next((row for row in done.order_by("-at") if set(row.ends) == set(SIDES)), None)
    if held.state == State.QUALITY_CHECKED and newest:
        way.step(held, State.MEASURED)
        assign_reads(held, newest)
