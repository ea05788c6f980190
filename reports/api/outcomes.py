"""The outcomes through the API: as they are now, in the registry's shape, and as kept reports."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models.participant import Sex, Side
from reports.api.kept import REPORT_LANGUAGES, FileIn, KeptReportOut, file_of
from reports.catalog import registry_results
from reports.outcomes.filters import POPULATIONS, Filters
from reports.services import kept
from reports.services import outcomes as service
from reports.services.kept_kinds import OUTCOME_KINDS
from studysite.core.api_view import In, StudyView, operation
from studysite.core.errors import OutOfOrder
from studysite.core.models import User
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
    """The same, the language of the report, and whether it is the outcomes or their shape of the
    registry."""

    language = serializers.ChoiceField(REPORT_LANGUAGES)
    kind = serializers.ChoiceField(OUTCOME_KINDS, default=OUTCOME_KINDS[0])


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


class OutcomesView(StudyView):
    """The outcomes now."""

    actions_needed = {"get": Action.SEE_OUTCOMES}

    @operation("show_outcomes", query=OutcomesIn, gives=OutcomesOut)
    def get(self, request: Request) -> Response:
        """The whole document; of a study too big to be computed at once, ask for a kept report."""
        _refuse_too_many(self.by)
        return Response(service.outcomes_now(by=self.by, filters=_filters(self.asked(OutcomesIn))))


class RegistryResultsView(StudyView):
    """The outcomes in the registry's shape."""

    actions_needed = {"get": Action.SEE_OUTCOMES}

    @operation("show_registry_results", query=OutcomesIn, gives=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Participant flow, baseline characteristics and outcome measures, as ClinicalTrials.gov
        has them; of a study too big to be computed at once, ask for a kept report."""
        _refuse_too_many(self.by)
        document = service.outcomes_now(by=self.by, filters=_filters(self.asked(OutcomesIn)))
        return Response(registry_results.results(document))


class StudyReportsView(StudyView):
    """The kept reports of outcomes."""

    actions_needed = {"get": Action.SEE_OUTCOMES, "post": Action.MAKE_OUTCOMES}

    @operation("list_outcome_reports", gives=KeptReportOut(many=True))
    def get(self, request: Request) -> Response:
        """Those that there are, newest first."""
        return Response(KeptReportOut(kept.reports_of(self.by, OUTCOME_KINDS), many=True).data)

    @operation("ask_outcome_report", takes=KeptOutcomesIn, gives=KeptReportOut, status=202)
    def post(self, request: Request) -> Response:
        """Ask for one; a worker makes it."""
        taken = self.taken(KeptOutcomesIn)
        more = {name: taken.pop(name) for name in ("language", "kind")}
        report = kept.ask_outcomes(by=self.by, filters=_filters(taken), **more)
        return Response(KeptReportOut(report).data, status=202)


class StudyReportView(StudyView):
    """One kept report of outcomes."""

    actions_needed = {"get": Action.SEE_OUTCOMES}

    @operation("show_outcome_report", gives=KeptReportOut)
    def get(self, request: Request, pk: int) -> Response:
        """How far it is, and its digests."""
        report = kept.find_report(by=self.by, pk=pk, kinds=OUTCOME_KINDS)
        return Response(KeptReportOut(report).data)


class StudyReportFileView(StudyView):
    """Its file."""

    actions_needed = {"get": Action.SEE_OUTCOMES}

    @operation("fetch_outcome_report", query=FileIn, gives=OpenApiTypes.BINARY,
               status=(200, "application/pdf"))  # fmt: skip
    def get(self, request: Request, pk: int) -> FileResponse:
        """The report as PDF, or its numbers as JSON; that it was fetched is kept."""
        file = self.asked(FileIn)["file"]
        report = kept.find_report(by=self.by, pk=pk, kinds=OUTCOME_KINDS)
        return file_of(report, kept.open_outcomes(by=self.by, report=report, file=file), file)


def _refuse_too_many(by: User) -> None:
    if service.too_many(by):
        raise OutOfOrder(_("The study is large: ask for a report, which a worker makes."))


def _filters(given: dict[str, Any]) -> Filters:
    return Filters(**{name: str(value) for name, value in given.items()})
