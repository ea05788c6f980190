"""Measurements of the nerves: asked for, waited for, looked at."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.api.measurement_fields import point, seen_version, view_state
from imaging.api.pictures import BYTES, PNG, PictureOut, png
from imaging.models import Measurement, MeasurementState
from imaging.nerve.suggest import Suggestion
from imaging.services import quality, results
from imaging.services.derived import objects_as_zip
from imaging.services.measurement import ORIGINS, ask_measurement
from imaging.services.suggesting import (
    ask_suggestion,
    ends_of,
    suggestion_for,
    suggestion_job,
)
from studysite.core.api_job import JobOut
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action
from studysite.core.said import say


class NerveEndsIn(In):
    """Both ends of one nerve in patient coordinates (LPS, mm)."""

    brainstem_mm = point()
    canal_mm = point()
    waypoints_mm = serializers.ListField(
        child=point(), required=False, max_length=5, help_text="From brainstem to canal."
    )
    origin = serializers.ChoiceField(
        choices=ORIGINS,
        required=False,
        help_text="Whether a person confirmed suggested ends as they were, or moved them.",
    )


class EndsIn(In):
    """The nerves to measure: left, right or both."""

    left = NerveEndsIn(required=False)
    right = NerveEndsIn(required=False)


class MeasurementIn(In):
    """End points that a person set. A further version of a measurement needs a reason."""

    ends = EndsIn()
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")
    seen_version = seen_version()
    view = view_state()


class MeasurementLineOut(serializers.Serializer):
    """One version of the measurement of a series."""

    id = serializers.IntegerField()
    series = serializers.IntegerField(source="series_id")
    version = serializers.IntegerField()
    state = serializers.ChoiceField(MeasurementState.choices)
    reason = serializers.CharField()
    result_sha256 = serializers.CharField()
    corrects = serializers.IntegerField(
        source="corrects_id",
        allow_null=True,
        help_text="The measurement whose contours were corrected by hand here.",
    )
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class NerveEndsOut(serializers.Serializer):
    """Both ends of one nerve in patient coordinates (LPS, mm)."""

    brainstem_mm = serializers.ListField(child=serializers.FloatField())
    canal_mm = serializers.ListField(child=serializers.FloatField())
    waypoints_mm = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), required=False
    )
    origin = serializers.ChoiceField(choices=ORIGINS, required=False)


class SuggestionOut(serializers.Serializer):
    """Where the ends seem to be, for a person to confirm or move; none where that is not sure, or
    not looked for yet: `job` says how far that is, null where nobody asked."""

    job = JobOut(allow_null=True)
    ends = serializers.DictField(child=NerveEndsOut())
    confidence = serializers.FloatField()
    reason_code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class MeasurementOut(MeasurementLineOut):
    """A measurement with its end points, its job and its result: a nerve-measurement/1 document,
    null until it is finished."""

    participant = serializers.CharField(source="series.participant.number")
    ends = serializers.DictField(child=NerveEndsOut())
    outlines = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField()),
        help_text="Sections outlined by hand, by side.",
    )
    view = serializers.DictField(help_text="How the viewer stood when it was asked for.")
    job = JobOut(allow_null=True)
    result = serializers.SerializerMethodField()
    pictures = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": {}})
    def get_result(self, row: Measurement) -> dict[str, Any] | None:
        """The document as it was stored."""
        return row.result

    @extend_schema_field(PictureOut(many=True))
    def get_pictures(self, row: Measurement) -> Any:
        """The pictures there are."""
        return PictureOut(results.pictures_of(row), many=True).data


class MeasurementsView(StudyView):
    """The measurements of a series."""

    actions_needed = {"get": Action.SEE_MEASUREMENTS, "post": Action.MEASURE}

    @operation("list_measurements", gives=MeasurementLineOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Every version, newest first."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.SEE_MEASUREMENTS)
        rows = row.measurements.select_related("by")
        return Response(MeasurementLineOut(rows, many=True).data)

    @operation("ask_measurement", takes=MeasurementIn, gives=MeasurementOut, status=202)
    def post(self, request: Request, pk: int) -> Response:
        """Ask for a measurement from the end points; a worker does it."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.MEASURE)
        given = self.taken(MeasurementIn)
        asked = ask_measurement(by=self.by, series=row, **given)
        return Response(MeasurementOut(asked).data, status=202)


class SuggestionView(StudyView):
    """Suggested end points of a series."""

    actions_needed = {"get": Action.MEASURE, "post": Action.MEASURE}

    @operation("ask_suggestion", gives=JobOut, status=202)
    def post(self, request: Request, pk: int) -> Response:
        """Have a worker look for both nerves' ends in the image alone."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.MEASURE)
        return Response(JobOut(ask_suggestion(by=self.by, series=row)).data, status=202)

    @operation("suggest_ends", gives=SuggestionOut)
    def get(self, request: Request, pk: int) -> Response:
        """What was found, once it was asked for."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.MEASURE)
        found = suggestion_for(by=self.by, series=row) or Suggestion({}, 0.0)
        given = {
            "job": suggestion_job(row),
            "ends": ends_of(found),
            "confidence": round(found.confidence, 3),
            "reason_code": found.reason,
            "reason": say(found.sentence),
        }
        return Response(SuggestionOut(given).data)


class MeasurementView(StudyView):
    """One measurement."""

    actions_needed = {"get": Action.SEE_MEASUREMENTS}

    @operation("show_measurement", gives=MeasurementOut)
    def get(self, request: Request, pk: int) -> Response:
        """How far a measurement is, and what it came to."""
        return Response(MeasurementOut(results.find_measurement(by=self.by, pk=pk)).data)


class MeasurementPictureView(StudyView):
    """One picture of a measured nerve."""

    actions_needed = {"get": Action.SEE_MEASUREMENTS}

    @operation("show_measurement_picture", gives=BYTES, status=PNG)
    def get(self, request: Request, pk: int, side: str, name: str) -> HttpResponse:
        """The picture as PNG."""
        return png(results.find_measurement(by=self.by, pk=pk), side, name, results.PICTURES)


class MeasurementObjectsView(StudyView):
    """The images, and the standard objects made of a measurement."""

    actions_needed = {"get": Action.SEE_IMAGES}

    @operation("fetch_measurement_objects", gives=BYTES, status=(200, "application/zip"))
    def get(self, request: Request, pk: int) -> HttpResponse:
        """DICOM media as a zip: images, segmentations, structured report, and their directory."""
        row = results.find_measurement(by=self.by, pk=pk, action=Action.SEE_IMAGES)
        content = objects_as_zip(by=self.by, measurement=row)
        return HttpResponse(content, content_type="application/zip")
