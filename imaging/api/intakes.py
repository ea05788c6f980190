"""Scans arrive: an arrival is opened, its files follow one by one, it is closed, a job works."""

from __future__ import annotations

from uuid import UUID

from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.participants import site_at
from imaging.models import IntakeState
from imaging.models.intake import Door
from imaging.services import intake as arrivals
from studysite.core.api_job import JobOut
from studysite.core.api_said import SaidField
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class IntakeIn(In):
    """Whose scan the sender says it is, and at which site. Left open, the scan is matched by its
    patient ID."""

    participant = serializers.CharField(max_length=16, required=False)
    site = serializers.CharField(max_length=8, required=False)


class IntakeFileIn(In):
    """One file: a DICOM file, or a zip archive of them."""

    file = serializers.FileField()


class IntakeFileOut(serializers.Serializer):
    """A file on the spool; the digest says that it came whole."""

    number = serializers.IntegerField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class OutcomeOut(serializers.Serializer):
    """What became of one series or of one kind of trouble."""

    status = serializers.ChoiceField(["stored", "waiting", "refused"])
    code = serializers.CharField()
    sentence = SaidField()
    series = serializers.IntegerField(required=False)
    held = serializers.IntegerField(required=False)


class IntakeOut(serializers.Serializer):
    """An arrival: how far its job is, and what became of it."""

    id = serializers.UUIDField()
    site = serializers.CharField(source="site.code")
    door = serializers.ChoiceField(Door.choices)
    participant = serializers.CharField(source="participant.number", allow_null=True, default=None)
    state = serializers.ChoiceField(IntakeState.choices)
    files_count = serializers.IntegerField(source="files.count")
    outcome = OutcomeOut(many=True)
    job = JobOut(allow_null=True)
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()


class IntakesView(StudyView):
    """The beginning of an arrival."""

    actions_needed = {"post": Action.UPLOAD_SCAN}

    @operation("open_intake", takes=IntakeIn, gives=IntakeOut, status=201)
    def post(self, request: Request) -> Response:
        """Begin an arrival of files."""
        given = self.taken(IntakeIn)
        number, code = given.get("participant"), given.get("site")
        whose = arrivals.find_participant(by=self.by, number=number) if number else None
        site = site_at(self.by, Action.UPLOAD_SCAN, code) if code else None
        row = arrivals.open_intake(by=self.by, door=Door.API, participant=whose, site=site)
        return Response(IntakeOut(row).data, status=201)


class IntakeView(StudyView):
    """One arrival."""

    actions_needed = {"get": Action.UPLOAD_SCAN}

    @operation("show_intake", gives=IntakeOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far an arrival is, and what became of each series."""
        return Response(IntakeOut(arrivals.find_intake(by=self.by, pk=pk)).data)


class IntakeFilesView(StudyView):
    """The files of an arrival."""

    actions_needed = {"post": Action.UPLOAD_SCAN}
    parser_classes = [MultiPartParser]

    @operation(
        "add_intake_file",
        takes={"multipart/form-data": IntakeFileIn},
        gives=IntakeFileOut,
        status=201,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take one file; it is on disk when this answers."""
        intake = arrivals.find_intake(by=self.by, pk=pk)
        file = self.taken(IntakeFileIn)["file"]
        row = arrivals.add_file(by=self.by, intake=intake, stream=file)
        return Response(IntakeFileOut(row).data, status=201)


class IntakeCloseView(StudyView):
    """The end of an arrival."""

    actions_needed = {"post": Action.UPLOAD_SCAN}

    @operation("close_intake", gives=IntakeOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """End an arrival and ask for the work on it."""
        intake = arrivals.find_intake(by=self.by, pk=pk)
        return Response(IntakeOut(arrivals.close_intake(by=self.by, intake=intake)).data)
