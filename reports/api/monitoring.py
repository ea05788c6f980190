"""The monitor's desk through the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.query_life import BUCKETS
from reports.api.kept import REPORT_LANGUAGES
from reports.catalog import monitoring_report
from reports.monitoring import SiteDesk, desk_of
from reports.services.sheets import make_sheet
from studysite.core.api_view import In, StudyView, operation
from studysite.core.models import Act
from studysite.core.roles import Action
from studysite.core.said import say


class SiteDeskOut(serializers.Serializer):
    """One site in figures. `missing_forms` are those whose visit's window is over."""

    site = serializers.CharField(source="site.code")
    screened = serializers.IntegerField()
    enrolled = serializers.IntegerField()
    signed = serializers.IntegerField()
    left = serializers.IntegerField()
    queries_open = serializers.IntegerField()
    query_ages = serializers.SerializerMethodField()
    oldest_query_days = serializers.IntegerField(source="oldest_days", allow_null=True)
    verification_due = serializers.IntegerField(source="due")
    verified = serializers.IntegerField()
    changed_since_verified = serializers.IntegerField(source="undone")
    missing_forms = serializers.IntegerField(source="missing")
    deviations = serializers.IntegerField(help_text="Of scans, from the imaging protocol")
    protocol_deviations = serializers.IntegerField(help_text="On record in the logs")

    def get_query_ages(self, desk: SiteDesk) -> dict[str, int]:
        """The spans of ages."""
        return {bucket.key: desk.ages[bucket.key] for bucket in BUCKETS}


class MissingFormOut(serializers.Serializer):
    """A form that its visit's window has passed without."""

    participant = serializers.CharField()
    visit = serializers.CharField()
    form = serializers.CharField()
    closed_on = serializers.DateField()
    days = serializers.IntegerField()


class AuditReviewOut(serializers.Serializer):
    """A review or an export of the audit trail: that it took place."""

    at = serializers.DateTimeField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    what = serializers.SerializerMethodField()

    def get_what(self, act: Act) -> str:
        """Through which filter, with the remark."""
        return say(act.detail)


class MonitoringOut(serializers.Serializer):
    """A monitor's desk."""

    at = serializers.DateTimeField()
    sites = SiteDeskOut(many=True)
    missing = MissingFormOut(many=True, source="missing_shown")
    audit_reviews = AuditReviewOut(many=True)
    unlock_requests = serializers.IntegerField()


class ReportIn(In):
    """The language of the report."""

    language = serializers.ChoiceField(REPORT_LANGUAGES, default="en")


class MonitoringView(StudyView):
    """The desk."""

    actions_needed = {"get": Action.SEE_MONITORING}

    @operation("show_monitoring", gives=MonitoringOut)
    def get(self, request: Request) -> Response:
        """Per site: participants, queries, verification, what is missing."""
        shown: Any = MonitoringOut(desk_of(self.by)).data
        return Response(shown)


class MonitoringReportView(StudyView):
    """The desk as a document."""

    actions_needed = {"get": Action.SEE_MONITORING}

    @operation(
        "fetch_monitoring_report",
        query=ReportIn,
        gives=OpenApiTypes.BINARY,
        status=(200, "application/pdf"),
    )
    def get(self, request: Request) -> HttpResponse:
        """The monitoring report as PDF; that it was made is kept."""
        pdf = make_sheet(by=self.by, key=monitoring_report.KEY, **self.asked(ReportIn))
        return HttpResponse(pdf.content, content_type="application/pdf")
