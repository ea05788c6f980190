"""Exports: asked for, waited for, fetched."""

from __future__ import annotations

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reports.exports.formats import FORMATS
from reports.models import DocumentState
from reports.services import exports as service
from studysite.core.api_job import JobOut
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action

EXPORT_FORMATS = [(key, form.label) for key, form in FORMATS.items()]


class ExportIn(In):
    """The format of an export."""

    format = serializers.ChoiceField(EXPORT_FORMATS)


class ExportOut(serializers.Serializer):
    """An export with the digests of its file and of the dataset, and the audit checkpoint."""

    id = serializers.IntegerField()
    format = serializers.ChoiceField(EXPORT_FORMATS)
    sites = serializers.ListField(child=serializers.CharField())
    whole = serializers.BooleanField()
    state = serializers.ChoiceField(DocumentState.choices)
    dataset_sha256 = serializers.CharField()
    checkpoint = serializers.CharField()
    sha256 = serializers.CharField()
    bytes_count = serializers.IntegerField()
    job = JobOut(allow_null=True)
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()
    made_at = serializers.DateTimeField(allow_null=True)


class ExportsView(StudyView):
    """The exports that the person may see."""

    actions_needed = {"get": Action.EXPORT, "post": Action.EXPORT}

    @operation("list_exports", gives=ExportOut(many=True))
    def get(self, request: Request) -> Response:
        """Those that hold nothing which the person may not see, newest first."""
        return Response(ExportOut(service.visible_exports(by=self.by), many=True).data)

    @operation("ask_export", takes=ExportIn, gives=ExportOut, status=202)
    def post(self, request: Request) -> Response:
        """Ask for what the person may take out; a worker makes it."""
        export = service.ask_export(by=self.by, **self.taken(ExportIn))
        return Response(ExportOut(export).data, status=202)


class ExportView(StudyView):
    """One export."""

    actions_needed = {"get": Action.EXPORT}

    @operation("show_export", gives=ExportOut)
    def get(self, request: Request, pk: int) -> Response:
        """How far it is, and its digests."""
        return Response(ExportOut(service.find_export(by=self.by, pk=pk)).data)


class ExportFileView(StudyView):
    """Its file."""

    actions_needed = {"get": Action.EXPORT}

    @operation("fetch_export", gives=OpenApiTypes.BINARY, status=(200, "application/octet-stream"))
    def get(self, request: Request, pk: int) -> FileResponse:
        """The file; that it was taken away is kept."""
        export = service.find_export(by=self.by, pk=pk)
        path = service.open_export(by=self.by, export=export)
        return FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=service.file_name(export),
            # One type for all formats, as the schema says; the name says which it is.
            content_type="application/octet-stream",
        )
