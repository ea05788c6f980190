"""De-identified series, and their quality control."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.visits import ParticipantIn
from enrollment.services import way
from imaging.models import SeriesState
from imaging.models.series import QualityCheck
from imaging.services import quality
from imaging.services.scans import series_of
from studysite.core.api_said import SaidField
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action

VERDICTS = QualityCheck._meta.get_field("verdict").choices or []


class DeviationOut(serializers.Serializer):
    """Where a series departs from the imaging protocol."""

    code = serializers.CharField()
    sentence = SaidField()


class SeriesOut(serializers.Serializer):
    """A de-identified series. UIDs are the study's own; size in voxels and spacing in mm along
    columns, rows, slices."""

    id = serializers.IntegerField()
    participant = serializers.CharField(source="participant.number")
    scan = serializers.IntegerField(source="scan_id")
    sequence = serializers.CharField()
    uid = serializers.CharField()
    study_uid = serializers.CharField()
    frame_of_reference_uid = serializers.CharField()
    modality = serializers.CharField()
    size = serializers.ListField(child=serializers.IntegerField())
    spacing_mm = serializers.ListField(child=serializers.FloatField())
    instances_count = serializers.IntegerField()
    sha256 = serializers.CharField()
    deviations = DeviationOut(many=True)
    measurable = serializers.BooleanField()
    state = serializers.ChoiceField(SeriesState.choices)
    at = serializers.DateTimeField()


class QualityIn(In):
    """A verdict on a series; score 1 (not usable) to 5 (excellent). A repeat needs remarks, and a
    verdict that takes the place of another one a reason."""

    verdict = serializers.ChoiceField(VERDICTS)
    score = serializers.IntegerField(min_value=1, max_value=5)
    remarks = serializers.CharField(max_length=2000, allow_blank=True, default="")
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class QualityOut(serializers.Serializer):
    """A person's verdict on a series."""

    verdict = serializers.ChoiceField(VERDICTS)
    score = serializers.IntegerField()
    remarks = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()


class SeriesListView(StudyView):
    """A participant's series."""

    actions_needed = {"get": Action.SEE_SCANS}

    @operation("list_series", query=ParticipantIn, gives=SeriesOut(many=True))
    def get(self, request: Request) -> Response:
        """A participant's series, newest first."""
        number = self.asked(ParticipantIn)["participant"]
        whose = way.find(by=self.by, number=number, action=Action.SEE_SCANS)
        rows = series_of(whose).select_related("participant")
        return Response(SeriesOut(rows, many=True).data)


class SeriesView(StudyView):
    """One series."""

    actions_needed = {"get": Action.SEE_SCANS}

    @operation("show_series", gives=SeriesOut)
    def get(self, request: Request, pk: int) -> Response:
        """What a series is, and where it departs from the imaging protocol."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.SEE_SCANS)
        return Response(SeriesOut(row).data)


class QualityView(StudyView):
    """Image quality control."""

    actions_needed = {"get": Action.SEE_SCANS, "post": Action.CHECK_QUALITY}

    @operation("list_quality_checks", gives=QualityOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The verdicts on a series, oldest first."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.SEE_SCANS)
        return Response(QualityOut(row.checks.select_related("by"), many=True).data)

    @operation("check_quality", takes=QualityIn, gives=QualityOut, status=201)
    def post(self, request: Request, pk: int) -> Response:
        """Accept a series, or ask for a repeat."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.CHECK_QUALITY)
        check = quality.check_quality(by=self.by, series=row, **self.taken(QualityIn))
        return Response(QualityOut(check).data, status=201)
