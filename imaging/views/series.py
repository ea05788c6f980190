"""One series: what it is, its quality control, its slices and the nerve's end points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from enrollment.places import of_series
from enrollment.query_marks import Marks, marks_at
from imaging.models import Measurement, Series, SeriesState
from imaging.nerve.suggest import Suggestion
from imaging.services.quality import find_series, may_revise
from imaging.services.scans import deviations_of
from imaging.services.suggesting import ends_of, suggestion_for, suggestion_job
from imaging.viewer import panes, script_data
from imaging.volumes import quality_of, volume_of, window_of
from imaging.webforms import EndPointsForm, QualityForm
from studysite.core.access import may
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.models import User
from studysite.core.roles import Action


@page(Action.SEE_SCANS)
def series(request: StudyRequest, pk: int) -> HttpResponse:
    """The page of one series; a measurement named in the address lends its end points."""
    row = find_series(by=request.user, pk=pk, action=Action.SEE_SCANS)
    return show(request, row)


def show(
    request: StudyRequest,
    row: Series,
    *,
    quality_form: QualityForm | None = None,
    ends_form: EndPointsForm | None = None,
) -> HttpResponse:
    """The page with the form that a person sent, if there was one."""
    rights = _rights(request.user, row)
    versions = _versions(row) if rights.see_measurements else []
    context: dict[str, Any] = {
        "room": "imaging",
        "series": row,
        "rights": rights,
        "versions": versions,
        "deviations": deviations_of(row),
        "marks": _marks(request.user, row),
        "quality_form": quality_form or QualityForm(revising=rights.revise),
    }
    if ends_form is None:
        ends_form, context["suggestion"] = _begun(request, row, versions, rights)
        if context["suggestion"] is None and request.GET.get("from") == "suggested":
            context["suggestion_job"] = suggestion_job(row)
    context["ends_form"] = ends_form
    if rights.see_images:
        volume = volume_of(row)
        context["panes"] = panes(volume)
        context["measured"] = quality_of(row)
        context["viewer"] = script_data(volume, window_of(row))
    bound = quality_form or ends_form
    return render(request, "imaging/series.html", context, status=bound.status)


def _marks(user: User, row: Series) -> Marks | None:
    """The queries about the series, for whoever may see any."""
    if not may(user, Action.SEE_QUERIES, row.participant.site):
        return None
    place = of_series(row.scan.visit.key, row.pk)
    return marks_at(user, row.participant, [place])[place]


@dataclass(frozen=True)
class _Rights:
    see_images: bool
    see_measurements: bool
    send: bool
    check: bool
    revise: bool
    measure: bool


def _rights(user: User, row: Series) -> _Rights:
    site = row.participant.site
    return _Rights(
        see_images=may(user, Action.SEE_IMAGES, site),
        see_measurements=may(user, Action.SEE_MEASUREMENTS, site),
        send=may(user, Action.SEND_SCANS, site),
        check=row.state == SeriesState.RECEIVED and may(user, Action.CHECK_QUALITY, site),
        revise=may_revise(row) and may(user, Action.CHECK_QUALITY, site),
        measure=row.state == SeriesState.ACCEPTED
        and row.measurable
        and may(user, Action.MEASURE, site),
    )


def _begun(
    request: StudyRequest, row: Series, versions: list[Measurement], rights: _Rights
) -> tuple[EndPointsForm, Suggestion | None]:
    """The form to set end points in: with what the software suggests where that is asked for."""
    if request.GET.get("from") != "suggested" or not rights.measure:
        return EndPointsForm(ends=_ends(request, versions)), None
    found = suggestion_for(by=request.user, series=row)
    if found is None:
        return EndPointsForm(), None
    return EndPointsForm(ends=ends_of(found), suggested=bool(found.ends)), found


def _versions(row: Series) -> list[Measurement]:
    return list(row.measurements.select_related("by", "job"))


def _ends(request: StudyRequest, versions: list[Measurement]) -> dict[str, Any]:
    """The end points to begin with: those of the measurement asked for, else of the newest."""
    wanted = request.GET.get("from", "")
    if wanted.isdecimal():
        lent = [version for version in versions if version.pk == int(wanted)]
        if not lent:
            raise NotThere(_("There are no such end points for this series."))
        return dict(lent[0].ends)
    return dict(versions[0].ends) if versions else {}
