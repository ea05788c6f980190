"""The DICOM nodes that may send scans."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.participants import site_at
from imaging.services import archives, peers
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class PeerIn(In):
    """A scanner or an archive: its title, and the address or network that it calls from."""

    site = serializers.CharField(max_length=8, required=False, default="")
    name = serializers.CharField(max_length=80)
    ae_title = serializers.CharField(max_length=16)
    network = serializers.CharField(max_length=49)
    host = serializers.CharField(max_length=253, allow_blank=True, default="")
    port = serializers.IntegerField(min_value=1, max_value=65535, allow_null=True, default=None)
    tls = serializers.BooleanField(default=False)


class DestinationIn(In):
    """Where a node takes scans from here; nowhere, with host and port left open."""

    host = serializers.CharField(max_length=253, allow_blank=True)
    port = serializers.IntegerField(min_value=1, max_value=65535, allow_null=True)
    tls = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class LeaveIn(In):
    """Whether a node may send, and why that changes."""

    active = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class PeerOut(serializers.Serializer):
    """A node of the DICOM network."""

    id = serializers.IntegerField()
    site = serializers.CharField(source="site.code")
    name = serializers.CharField()
    ae_title = serializers.CharField()
    network = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField(allow_null=True)
    tls = serializers.BooleanField()
    active = serializers.BooleanField(source="is_active")
    at = serializers.DateTimeField()


class PeersView(StudyView):
    """The nodes of one's sites."""

    actions_needed = {"get": Action.MANAGE_PEERS, "post": Action.MANAGE_PEERS}

    @operation("list_nodes", gives=PeerOut(many=True))
    def get(self, request: Request) -> Response:
        """The nodes that may send scans, and those that may no longer."""
        return Response(PeerOut(peers.peers(self.by), many=True).data)

    @operation("add_node", takes=PeerIn, gives=PeerOut, status=201)
    def post(self, request: Request) -> Response:
        """Let one more node send scans."""
        given = self.taken(PeerIn)
        site = site_at(self.by, Action.MANAGE_PEERS, given.pop("site"))
        return Response(PeerOut(peers.add_peer(by=self.by, site=site, **given)).data, status=201)


class PeerView(StudyView):
    """One node."""

    actions_needed = {"get": Action.MANAGE_PEERS, "put": Action.MANAGE_PEERS}

    @operation("show_node", gives=PeerOut)
    def get(self, request: Request, pk: int) -> Response:
        """One node."""
        return Response(PeerOut(peers.find_peer(by=self.by, pk=pk)).data)

    @operation("change_node", takes=LeaveIn, gives=PeerOut)
    def put(self, request: Request, pk: int) -> Response:
        """Take a node's leave to send, or give it back."""
        row = peers.find_peer(by=self.by, pk=pk)
        given = self.taken(LeaveIn)
        return Response(PeerOut(peers.set_peer_active(by=self.by, peer=row, **given)).data)


class DestinationView(StudyView):
    """Where a node takes scans."""

    actions_needed = {"put": Action.MANAGE_PEERS}

    @operation("set_node_destination", takes=DestinationIn, gives=PeerOut)
    def put(self, request: Request, pk: int) -> Response:
        """Say where a node takes scans from here."""
        row = peers.find_peer(by=self.by, pk=pk)
        given = self.taken(DestinationIn)
        return Response(PeerOut(archives.set_destination(by=self.by, peer=row, **given)).data)
