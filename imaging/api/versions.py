"""Versions of a measurement: contours corrected by hand, and two of them beside each other."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.api.measurement_fields import CoordinateField, seen_version, view_state
from imaging.api.measurements import MeasurementLineOut, MeasurementOut
from imaging.api.pictures import NERVE_SIDES
from imaging.nerve.contour import KINDS, MOST
from imaging.services import results
from imaging.services.comparing import compared
from imaging.services.correcting import correct_contours
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class OutlineIn(In):
    """One section as a person outlined it: points in the plane across the nerve, mm from the
    centreline along the two normals of its course (up, side)."""

    arc_mm = CoordinateField()
    kind = serializers.ChoiceField(choices=KINDS)
    points_mm = serializers.ListField(
        child=serializers.ListField(child=CoordinateField(), min_length=2, max_length=2),
        max_length=MOST["brush"],
    )


class OutlinesIn(In):
    """Every section that is to be as it was outlined; all others are as they were fitted."""

    left = OutlineIn(many=True, required=False)
    right = OutlineIn(many=True, required=False)


class CorrectionIn(In):
    """Contours of a version corrected by hand, and why: they make a further version."""

    outlines = OutlinesIn()
    reason = serializers.CharField(max_length=2000)
    seen_version = seen_version()
    view = view_state()


class CorrectionsView(StudyView):
    """Contours corrected by hand."""

    actions_needed = {"post": Action.MEASURE}

    @operation("correct_contours", takes=CorrectionIn, gives=MeasurementOut, status=202)
    def post(self, request: Request, pk: int) -> Response:
        """A further version with these sections as they were outlined; a worker computes it."""
        row = results.find_measurement(by=self.by, pk=pk, action=Action.MEASURE)
        made = correct_contours(by=self.by, measurement=row, **self.taken(CorrectionIn))
        return Response(MeasurementOut(made).data, status=202)


class DifferenceOut(serializers.Serializer):
    """One value of one nerve in both versions: later minus earlier, and its share of the earlier,
    null where one of them lacks it."""

    side = serializers.ChoiceField(NERVE_SIDES)
    name = serializers.CharField()
    unit = serializers.CharField()
    earlier = serializers.FloatField(allow_null=True)
    later = serializers.FloatField(allow_null=True)
    difference = serializers.FloatField(allow_null=True)
    share = serializers.FloatField(allow_null=True)


class PointMovedOut(serializers.Serializer):
    """An end point in both versions, and how far it is from the one to the other."""

    side = serializers.ChoiceField(NERVE_SIDES)
    end = serializers.CharField()
    earlier = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    later = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    moved_mm = serializers.FloatField(allow_null=True)


class ComparisonOut(serializers.Serializer):
    """Two versions of a measurement beside each other."""

    earlier = MeasurementLineOut()
    later = MeasurementLineOut()
    values = DifferenceOut(many=True)
    points = PointMovedOut(many=True)


class ComparisonView(StudyView):
    """Two versions beside each other."""

    actions_needed = {"get": Action.SEE_MEASUREMENTS}

    @operation("compare_measurements", gives=ComparisonOut)
    def get(self, request: Request, pk: int, other: int) -> Response:
        """What differs between two finished versions of a series' measurement."""
        return Response(ComparisonOut(compared(by=self.by, pk=pk, other=other)).data)
