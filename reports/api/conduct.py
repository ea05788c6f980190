"""The reports of the study's conduct through the API: as they are now, the records behind a number,
and as kept reports."""

from __future__ import annotations

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.kept import REPORT_LANGUAGES, FileIn, KeptReportOut, file_of
from reports.catalog.sheets import SHEETS
from reports.services import kept
from reports.services.sheets import records_of, sheet_now
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class ReportNowOut(serializers.Serializer):
    """The document `report/1`: facts, sentences and tables, with the digest of all that."""

    schema = serializers.CharField()
    report = serializers.CharField()
    as_of = serializers.DateTimeField()
    study = serializers.DictField()
    software = serializers.DictField()
    data = serializers.DictField()  # type: ignore[assignment]
    checkpoint = serializers.DictField(allow_null=True)


class RecordsIn(In):
    """Which number, by the `cell` of the address that it leads to on the page."""

    cell = serializers.CharField(max_length=100)


class RecordOut(serializers.Serializer):
    """One record that a number counts."""

    participant = serializers.CharField()
    what = serializers.CharField()


class KeepIn(In):
    """Which report, and in which language."""

    kind = serializers.ChoiceField(sorted(SHEETS))
    language = serializers.ChoiceField(REPORT_LANGUAGES)


class ReportNowView(StudyView):
    """One report as it is now."""

    actions_needed = {"get": Action.KEEP_REPORT}

    @operation("show_report", gives=ReportNowOut)
    def get(self, request: Request, key: str) -> Response:
        """Its facts and tables; who may see what they count, sees it."""
        return Response(sheet_now(by=self.by, key=key))


class ReportRecordsView(StudyView):
    """The records behind a number of a report."""

    actions_needed = {"get": Action.KEEP_REPORT}

    @operation("show_report_records", query=RecordsIn, gives=RecordOut(many=True))
    def get(self, request: Request, key: str) -> Response:
        """Each with its participant."""
        found = records_of(by=self.by, key=key, **self.asked(RecordsIn))
        return Response(RecordOut(found, many=True).data)


class KeptReportsView(StudyView):
    """The kept reports of the study's conduct."""

    actions_needed = {"get": Action.KEEP_REPORT, "post": Action.KEEP_REPORT}

    @operation("list_reports", gives=KeptReportOut(many=True))
    def get(self, request: Request) -> Response:
        """Those that the person may see, newest first."""
        return Response(
            KeptReportOut(kept.reports_of(self.by, kept.conduct_kinds()), many=True).data
        )

    @operation("ask_report", takes=KeepIn, gives=KeptReportOut, status=202)
    def post(self, request: Request) -> Response:
        """Ask for one as it is now; a worker makes it."""
        report = kept.ask_report(by=self.by, **self.taken(KeepIn))
        return Response(KeptReportOut(report).data, status=202)


class KeptReportView(StudyView):
    """One kept report of the study's conduct."""

    actions_needed = {"get": Action.KEEP_REPORT}

    @operation("show_kept_report", gives=KeptReportOut)
    def get(self, request: Request, pk: int) -> Response:
        """How far it is, and its digests."""
        found = kept.find_report(by=self.by, pk=pk, kinds=kept.conduct_kinds())
        return Response(KeptReportOut(found).data)


class KeptReportFileView(StudyView):
    """Its file."""

    actions_needed = {"get": Action.KEEP_REPORT}

    @operation("fetch_report", query=FileIn, gives=OpenApiTypes.BINARY,
               status=(200, "application/pdf"))  # fmt: skip
    def get(self, request: Request, pk: int) -> FileResponse:
        """The report as PDF, or its data as JSON; that it was fetched is kept."""
        file = self.asked(FileIn)["file"]
        found = kept.find_report(by=self.by, pk=pk, kinds=kept.conduct_kinds())
        return file_of(found, kept.open_report(by=self.by, report=found, file=file), file)
