"""Case summaries: asked for, waited for, fetched."""

from __future__ import annotations

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.services import way
from reports.catalog.case_summary import CHOICES, KIND
from reports.models import DocumentState
from reports.services.case_summary import ask_case_summary, find_document, open_document
from studysite.core.api_job import JobOut
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class CaseSummaryIn(In):
    """The language of a case summary."""

    language = serializers.ChoiceField(sorted(CHOICES))


class DocumentOut(serializers.Serializer):
    """A document with the digests of the content it shows and of its own bytes."""

    id = serializers.IntegerField()
    participant = serializers.CharField(source="participant.number")
    kind = serializers.CharField()
    version = serializers.IntegerField()
    language = serializers.CharField()
    state = serializers.ChoiceField(DocumentState.choices)
    content_sha256 = serializers.CharField()
    sha256 = serializers.CharField()
    pages_count = serializers.IntegerField()
    job = JobOut(allow_null=True)
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()
    made_at = serializers.DateTimeField(allow_null=True)


class CaseSummariesView(StudyView):
    """The case summaries of one participant."""

    actions_needed = {"get": Action.SEE_CASE_SUMMARY, "post": Action.MAKE_CASE_SUMMARY}

    @operation("list_case_summaries", gives=DocumentOut(many=True))
    def get(self, request: Request, number: str) -> Response:
        """The versions there are, newest first."""
        row = way.find(by=self.by, number=number, action=Action.SEE_CASE_SUMMARY)
        rows = row.documents.filter(kind=KIND).select_related("participant", "job", "by")
        return Response(DocumentOut(rows, many=True).data)

    @operation("ask_case_summary", takes=CaseSummaryIn, gives=DocumentOut, status=202)
    def post(self, request: Request, number: str) -> Response:
        """Ask for the next version; a worker makes it."""
        row = way.find(by=self.by, number=number, action=Action.MAKE_CASE_SUMMARY)
        document = ask_case_summary(by=self.by, participant=row, **self.taken(CaseSummaryIn))
        return Response(DocumentOut(document).data, status=202)


class DocumentView(StudyView):
    """One document."""

    actions_needed = {"get": Action.SEE_CASE_SUMMARY}

    @operation("show_document", gives=DocumentOut)
    def get(self, request: Request, pk: int) -> Response:
        """How far a document is, and its digests."""
        return Response(DocumentOut(find_document(by=self.by, pk=pk)).data)


class DocumentFileView(StudyView):
    """Its file."""

    actions_needed = {"get": Action.SEE_CASE_SUMMARY}

    @operation("fetch_document", gives=OpenApiTypes.BINARY, status=(200, "application/pdf"))
    def get(self, request: Request, pk: int) -> FileResponse:
        """The document as PDF; that it was fetched is kept."""
        document = find_document(by=self.by, pk=pk)
        path = open_document(by=self.by, document=document)
        name = f"{document.participant.number}-case-summary-v{document.version}.pdf"
        return FileResponse(path.open("rb"), content_type="application/pdf", filename=name)
