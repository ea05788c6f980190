"""The outcomes through the API: as they are now, and as kept reports."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models.participant import Sex, Side
from reports.catalog.case_summary import LANGUAGES
from reports.models import DocumentState
from reports.outcomes.filters import POPULATIONS, Filters
from reports.services import outcomes as service
from studysite.core.api_job import JobOut
from studysite.core.api_view import In, StudyView, operation
from studysite.core.errors import OutOfOrder
from studysite.core.roles import Action


class OutcomesIn(In):
    """What the outcomes are narrowed to. Arms and techniques are withheld until the study is
    locked, unless the protocol says otherwise."""

    population = serializers.ChoiceField(POPULATIONS, default="main")
    site = serializers.CharField(max_length=8, required=False)
    arm = serializers.CharField(max_length=16, required=False)
    technique = serializers.CharField(max_length=64, required=False)
    reader = serializers.CharField(max_length=150, required=False)
    sex = serializers.ChoiceField(Sex.choices, required=False)
    affected_side = serializers.ChoiceField(Side.choices, required=False)
    screened_from = serializers.DateField(required=False)
    screened_until = serializers.DateField(required=False)


class KeptOutcomesIn(OutcomesIn):
    """The same, and the language of the report."""

    language = serializers.ChoiceField(sorted(LANGUAGES))


class OutcomesOut(serializers.Serializer):
    """The document `outcomes/1`: each count has `n` and the key of its records in `records`."""

    schema = serializers.CharField()
    blinded = serializers.BooleanField()
    filters = serializers.DictField()
    data = serializers.DictField()  # type: ignore[assignment]
    flow = serializers.DictField()
    diagnostic = serializers.DictField()
    agreement = serializers.DictField()
    severity = serializers.DictField()
    records = serializers.DictField()


class StudyReportOut(serializers.Serializer):
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


class OutcomesView(StudyView):
    """The outcomes now."""

    actions_needed = {"get": Action.SEE_OUTCOMES}

    @operation("show_outcomes", query=OutcomesIn, gives=OutcomesOut)
    def get(self, request: Request) -> Response:
        """The whole document; of a study too big to be computed at once, ask for a kept report."""
        if service.too_many(self.by):
            raise OutOfOrder(_("The study is large: ask for a report, which a worker makes."))
        return Response(service.outcomes_now(by=self.by, filters=_filters(self.asked(OutcomesIn))))


class StudyReportsView(StudyView):
    """The kept reports."""

    actions_needed = {"get": Action.SEE_OUTCOMES, "post": Action.MAKE_OUTCOMES}

    @operation("list_outcome_reports", gives=StudyReportOut(many=True))
    def get(self, request: Request) -> Response:
        """Those that there are, newest first."""
        return Response(StudyReportOut(service.reports_of(self.by), many=True).data)

    @operation("ask_outcome_report", takes=KeptOutcomesIn, gives=StudyReportOut, status=202)
    def post(self, request: Request) -> Response:
        """Ask for one; a worker makes it."""
        taken = self.taken(KeptOutcomesIn)
        language = taken.pop("language")
        report = service.ask_outcomes(by=self.by, filters=_filters(taken), language=language)
        return Response(StudyReportOut(report).data, status=202)


class StudyReportView(StudyView):
    """One kept report."""

    actions_needed = {"get": Action.SEE_OUTCOMES}

    @operation("show_outcome_report", gives=StudyReportOut)
    def get(self, request: Request, pk: int) -> Response:
        """How far it is, and its digests."""
        return Response(StudyReportOut(service.find_report(by=self.by, pk=pk)).data)


class StudyReportFileView(StudyView):
    """Its file."""

    actions_needed = {"get": Action.SEE_OUTCOMES}

    @operation("fetch_outcome_report", gives=OpenApiTypes.BINARY, status=(200, "application/pdf"))
    def get(self, request: Request, pk: int) -> FileResponse:
        """The report as PDF; that it was fetched is kept."""
        report = service.find_report(by=self.by, pk=pk)
        path = service.open_report(by=self.by, report=report)
        name = f"outcomes-v{report.version}.pdf"
        return FileResponse(path.open("rb"), content_type="application/pdf", filename=name)


def _filters(given: dict[str, Any]) -> Filters:
    return Filters(**{name: str(value) for name, value in given.items()})
