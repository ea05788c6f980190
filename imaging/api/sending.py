"""Series sent to an archive."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.models import Measurement, Peer, Series
from imaging.services import quality
from imaging.services import sending as service
from studysite.core.api_job import JobOut
from studysite.core.api_said import SaidField
from studysite.core.api_view import In, StudyView, operation
from studysite.core.errors import Invalid
from studysite.core.roles import Action


class SendIn(In):
    """A node that takes scans, by its title; and a measurement of the series whose objects go
    with the images."""

    node = serializers.CharField(max_length=16)
    measurement = serializers.IntegerField(allow_null=True, default=None)


class RefusedOut(serializers.Serializer):
    """An object that the node did not take."""

    uid = serializers.CharField()
    what = SaidField()
    sentence = SaidField()


class DispatchOut(serializers.Serializer):
    """A series on its way to a node: how many objects it is, which of them the node took, and which
    it refused."""

    id = serializers.IntegerField()
    series = serializers.IntegerField(source="series_id")
    measurement = serializers.IntegerField(source="measurement_id", allow_null=True)
    node = serializers.CharField(source="peer.ae_title")
    objects_count = serializers.IntegerField()
    taken = serializers.ListField(child=serializers.CharField())
    refused = RefusedOut(many=True)
    job = JobOut(allow_null=True)
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SendingView(StudyView):
    """What was sent of a series."""

    actions_needed = {"get": Action.SEND_SCANS, "post": Action.SEND_SCANS}

    @operation("list_sendings", gives=DispatchOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """What was sent, newest first."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.SEND_SCANS)
        return Response(DispatchOut(service.dispatches_of(row), many=True).data)

    @operation("send_series", takes=SendIn, gives=DispatchOut, status=202)
    def post(self, request: Request, pk: int) -> Response:
        """Send a series to an archive of its site; a worker does it."""
        row = quality.find_series(by=self.by, pk=pk, action=Action.SEND_SCANS)
        given = self.taken(SendIn)
        sent = service.send_scan(
            by=self.by,
            series=row,
            peer=_node(row, given["node"]),
            measurement=_measurement(row, given["measurement"]),
        )
        return Response(DispatchOut(sent).data, status=202)


class SendAgainView(StudyView):
    """What is left of one."""

    actions_needed = {"post": Action.SEND_SCANS}

    @operation("send_again", gives=DispatchOut, status=202)
    def post(self, request: Request, pk: int) -> Response:
        """Send what the node has not taken."""
        row = service.find_dispatch(by=self.by, pk=pk)
        return Response(DispatchOut(service.send_again(by=self.by, dispatch=row)).data, status=202)


def _node(series: Series, title: str) -> Peer:
    row = Peer.objects.filter(site=series.participant.site, ae_title=title).first()
    if row is None:
        raise Invalid(_("This node takes no scans of this site."), field="node")
    return row


def _measurement(series: Series, pk: int | None) -> Measurement | None:
    if pk is None:
        return None
    row = series.measurements.filter(pk=pk).first()
    if row is None:
        raise Invalid(_("This measurement is of another series."), field="measurement")
    return row
