"""Kept reports of any kind through the API: how each is shown and fetched."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse
from rest_framework import serializers

from reports.catalog.case_summary import LANGUAGES
from reports.models import DocumentState, StudyReport
from studysite.core.api_job import JobOut
from studysite.core.api_view import In

# Reports are in one language each.
REPORT_LANGUAGES = [(key, key) for key in sorted(LANGUAGES)]
TYPES = {"pdf": "application/pdf", "json": "application/json"}


class FileIn(In):
    """Which file of a report: the paper, or the numbers."""

    file = serializers.ChoiceField(sorted(TYPES), default="pdf")


class KeptReportOut(serializers.Serializer):
    """A kept report with the digests of its data, its numbers and its file."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    version = serializers.IntegerField()
    language = serializers.CharField()
    filters = serializers.DictField()
    sites = serializers.ListField(child=serializers.CharField())
    blinded = serializers.BooleanField()
    state = serializers.ChoiceField(DocumentState.choices)
    data_sha256 = serializers.CharField()
    content_sha256 = serializers.CharField()
    sha256 = serializers.CharField()
    pages_count = serializers.IntegerField()
    software = serializers.CharField()
    job = JobOut(allow_null=True)
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()
    made_at = serializers.DateTimeField(allow_null=True)


def file_of(row: StudyReport, path: Path, file: str) -> FileResponse:
    """A file of a report under a name without identity."""
    name = f"{row.kind.replace('_', '-')}-v{row.version}.{file}"
    return FileResponse(path.open("rb"), content_type=TYPES[file], filename=name)
