"""What pages of kept reports share: the list of them, and their files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from reports.models import DocumentState, StudyReport
from reports.services import kept
from reports.services.kept_kinds import KINDS, OUTCOME_KINDS
from studysite.core.gate import StudyRequest
from studysite.core.models import JobState, User

UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)
TYPES = {"pdf": "application/pdf", "json": "application/json"}


def list_context(user: User, kinds: Collection[str], again: str) -> dict[str, Any]:
    """The kept reports of these kinds; while one is being made the list asks for itself again."""
    rows = kept.reports_of(user, kinds)
    waiting = any(
        row.state == DocumentState.ASKED and row.job and row.job.state in UNDER_WAY for row in rows
    )
    lines = [(row, KINDS[row.kind].title(), _file_url(row)) for row in rows]
    return {"reports": lines, "waiting": waiting, "again": reverse(again)}


def _file_url(row: StudyReport) -> str:
    page = "outcomes:report" if row.kind in OUTCOME_KINDS else "sheets:kept_file"
    return reverse(page, args=[row.pk])


def file_asked(request: StudyRequest) -> str:
    """Which file of a report: the PDF, or the numbers."""
    return "json" if request.GET.get("kind") == "json" else "pdf"


def as_file(row: StudyReport, path: Path, file: str) -> HttpResponse:
    """A file of a report, to be saved under a name without identity."""
    name = f"{row.kind.replace('_', '-')}-v{row.version}.{file}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(path.read_bytes(), content_type=TYPES[file], headers=headers)
