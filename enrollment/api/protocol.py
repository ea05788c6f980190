"""The trial as data."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import ProtocolRelease
from enrollment.protocol.loader import current, versions
from enrollment.services.releases import release_protocol
from studysite.core.api_view import ReasonIn, StudyView, operation
from studysite.core.roles import Action

CRITERION_KINDS = ("inclusion", "exclusion")


class NamedOut(serializers.Serializer):
    """Something with a key and its name in both languages."""

    key = serializers.CharField()
    label_en = serializers.CharField()
    label_zh = serializers.CharField()


class ArmOut(NamedOut):
    """A group and the reading techniques registered for it."""

    techniques = serializers.ListField(child=serializers.CharField())
    target = serializers.IntegerField()


class CriterionPlanOut(NamedOut):
    """One atomic condition of eligibility and what it is judged from."""

    kind = serializers.ChoiceField(CRITERION_KINDS)
    source = serializers.CharField()  # type: ignore[assignment]


class VisitPlanOut(NamedOut):
    """A visit and its forms. Days after enrolment; null for the screening visit."""

    forms = serializers.ListField(child=serializers.CharField())
    after_enrolment_days = serializers.IntegerField(allow_null=True)
    window_days = serializers.IntegerField()


class ScanPlanOut(NamedOut):
    """A series that a visit should bring, with the limits it is checked against."""

    visit = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    measurable = serializers.BooleanField()
    modality = serializers.CharField()
    acquisition = serializers.CharField()
    maximum_slice_mm = serializers.FloatField()
    maximum_in_plane_mm = serializers.FloatField()
    minimum_slices = serializers.IntegerField()
    field_strength_tesla = serializers.ListField(child=serializers.FloatField())


class ConsentDocumentOut(serializers.Serializer):
    """A released version of the consent form."""

    version = serializers.CharField()
    released_on = serializers.DateField()
    languages = serializers.ListField(child=serializers.CharField())


class LimitsOut(serializers.Serializer):
    """Bounds of the computed criteria, both ends included."""

    minimum_age_years = serializers.IntegerField()
    maximum_age_years = serializers.IntegerField()
    minimum_duration_years = serializers.IntegerField()


class ProtocolOut(serializers.Serializer):
    """The version of the trial's protocol that this site runs."""

    id = serializers.CharField()
    version = serializers.CharField()
    sha256 = serializers.CharField()
    registry_id = serializers.CharField()
    site_protocol_id = serializers.CharField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()
    acronym = serializers.CharField()
    sponsor = serializers.CharField()
    study_type = serializers.CharField()
    reading_design = serializers.CharField()
    severity_scales = serializers.ListField(child=serializers.CharField())
    allocation_method = serializers.CharField()
    arms = ArmOut(many=True)
    consent_documents = ConsentDocumentOut(many=True)
    limits = LimitsOut()
    criteria = CriterionPlanOut(many=True)
    visits = VisitPlanOut(many=True)
    scans = ScanPlanOut(many=True)


class ProtocolView(StudyView):
    """The protocol; it is public, so everybody with a role reads it."""

    actions_needed = {"get": Action.SIGN_IN}

    @operation("show_protocol", gives=ProtocolOut)
    def get(self, request: Request) -> Response:
        """Arms, criteria, visits, expected scans, consent forms and limits."""
        return Response(ProtocolOut(current()).data)


class VersionOut(serializers.Serializer):
    """A version of the protocol that this site has, and its release if it was put in force."""

    version = serializers.CharField()
    sha256 = serializers.CharField()
    in_force = serializers.BooleanField()
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class VersionsView(StudyView):
    """The versions of the protocol."""

    actions_needed = {"get": Action.SIGN_IN}

    @operation("list_protocol_versions", gives=VersionOut(many=True))
    def get(self, request: Request) -> Response:
        """Every version, oldest first."""
        return Response(VersionOut(_versions(), many=True).data)


class ReleaseView(StudyView):
    """Putting a version in force."""

    actions_needed = {"post": Action.RELEASE_PROTOCOL}

    @operation("release_protocol", takes=ReasonIn, gives=VersionOut)
    def post(self, request: Request, version: str) -> Response:
        """Put a newer version in force, from now on and for good."""
        release_protocol(by=self.by, version=version, **self.taken(ReasonIn))
        return Response(
            VersionOut(next(row for row in _versions() if row["version"] == version)).data
        )


def _versions() -> list[dict[str, Any]]:
    releases = ProtocolRelease.objects.filter(protocol=settings.PROTOCOL).select_related("by")
    told = {row.version: row for row in releases}
    rows = []
    for version, each in versions(settings.PROTOCOL).items():
        row = told.get(version)
        rows.append(
            {
                "version": version,
                "sha256": each.sha256,
                "in_force": version == current().version,
                "released_at": row.at if row else None,
                "released_by": str(row.by) if row else None,
                "reason": row.reason if row else None,
            }
        )
    return rows
