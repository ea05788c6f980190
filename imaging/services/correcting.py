"""Contours that a person corrects: each time a further version, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from imaging import view_state
from imaging.models import Measurement, MeasurementState
from imaging.nerve.errors import OutlineRefused
from imaging.services import versions
from imaging.services.outlined import redrawn
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said, say

Outlines = Mapping[str, Sequence[Mapping[str, Any]]]


@service(Action.MEASURE)
def correct_contours(
    *,
    by: User,
    measurement: Measurement,
    outlines: Outlines,
    reason: str,
    seen_version: int | None = None,
    view: Mapping[str, Any] | None = None,
) -> Measurement:
    """A further version with the sections of `outlines` as they were drawn, and every other as it
    was fitted: {side: [{arc_mm, kind: spline or brush, points_mm: [[up, side], …]}]}.

    The version that is corrected stays as it is. The areas, and what follows from them, are
    computed again by the worker, from these outlines alone."""
    require(by, Action.MEASURE, measurement.series.participant.site)
    row, last = versions.held(measurement.series, seen_version)
    base = Measurement.objects.get(pk=measurement.pk)
    if base.state != MeasurementState.MEASURED or not base.result:
        raise OutOfOrder(_("Only a measured nerve has contours to correct."))
    clean = _checked(base.result, outlines)
    if not reason.strip():
        raise Invalid(_("A correction by hand needs a reason."), field="reason")
    versions.require_none_under_way(row)
    made = Measurement.objects.create(
        series=row,
        version=last + 1,
        ends=base.ends,
        corrects=base,
        outlines=clean,
        reason=reason.strip(),
        view=view_state.clean(view or {}),
        by=by,
    )
    versions.queue(made)
    told = said(
        "Measurement version %(version)s asked for: contours of version %(of)s corrected by hand",
        version=made.version,
        of=base.version,
    )
    about(row.participant.number, told)
    return made


def _checked(result: Mapping[str, Any], outlines: Outlines) -> dict[str, Any]:
    """The outlines as plain numbers, each tried on its nerve."""
    clean: dict[str, Any] = {}
    for side, given in outlines.items():
        nerve = result["nerves"].get(side)
        if given and (nerve is None or nerve["status"] != "measured"):
            raise Invalid(_("Only a measured nerve has contours to correct."), field="outlines")
        if given:
            clean[side] = [_plain(outline) for outline in given]
            _try(nerve, clean[side], result["input"]["spacing_mm"])
    if not clean:
        raise Invalid(_("No section is outlined."), field="outlines")
    return clean


def _try(nerve: Mapping[str, Any], outlines: list[dict[str, Any]], spacing_mm: list[float]) -> None:
    try:
        redrawn(nerve, outlines, spacing_mm)
    except OutlineRefused as refusal:
        raise Invalid(say(refusal.sentence), field="outlines") from refusal


def _plain(outline: Mapping[str, Any]) -> dict[str, Any]:
    try:
        points = [[round(float(up), 4), round(float(side), 4)] for up, side in outline["points_mm"]]
        arc = round(float(outline["arc_mm"]), 3)
        return {"arc_mm": arc, "kind": str(outline["kind"]), "points_mm": points}
    except (KeyError, TypeError, ValueError) as error:
        sentence = _("An outline is a list of points in the plane of its section.")
        raise Invalid(sentence, field="outlines") from error
