"""A file of an arrival in pieces: a cut connection goes on where it was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.api.intakes import IntakeFileOut
from imaging.services import intake as arrivals
from imaging.services import pieces
from studysite.core.api_view import In, StudyView, operation
from studysite.core.errors import Invalid
from studysite.core.roles import Action

OCTETS = "application/octet-stream"
LARGEST = 2**50


class PieceIn(In):
    """Where the piece begins and how long its whole file is, bytes."""

    at = serializers.IntegerField(min_value=0, max_value=LARGEST)
    size = serializers.IntegerField(min_value=0, max_value=LARGEST)


class PieceOut(serializers.Serializer):
    """How much of the file there is, bytes; once it is whole, the file."""

    at = serializers.IntegerField()
    file = IntakeFileOut(allow_null=True)


class Octets(BaseParser):
    """The body as it comes."""

    media_type = OCTETS

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Nothing is read here."""
        return stream


class IntakePieceView(StudyView):
    """A file of an arrival, under a random UUID that the sender makes for it."""

    actions_needed = {"get": Action.UPLOAD_SCAN, "put": Action.UPLOAD_SCAN}
    parser_classes = [Octets]

    @operation("show_intake_piece", gives=PieceOut)
    def get(self, request: Request, pk: UUID, key: UUID) -> Response:
        """How much of a file there is: where to go on."""
        intake = arrivals.find_intake(by=self.by, pk=pk)
        return Response(PieceOut(pieces.so_far(by=self.by, intake=intake, key=key)).data)

    @operation(
        "add_intake_piece", takes={OCTETS: OpenApiTypes.BINARY}, query=PieceIn, gives=PieceOut
    )
    def put(self, request: Request, pk: UUID, key: UUID) -> Response:
        """Add a piece at the end of a file; it is on disk when this answers."""
        intake = arrivals.find_intake(by=self.by, pk=pk)
        if request.content_type.split(";")[0].strip() != OCTETS:
            raise Invalid(_("A piece comes as application/octet-stream."), code="not_octets")
        where = self.asked(PieceIn)
        came = pieces.add_piece(
            by=self.by, intake=intake, key=key, stream=request._request, **where
        )
        return Response(PieceOut(came).data)
