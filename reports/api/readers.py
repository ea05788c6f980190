"""The readers' desk: how readers do, and what they are trained with."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.services.training import find_reader, waive_training
from imaging.services.training_set import make_training_set
from reports.readers import readers_desk
from studysite.core.api_view import ReasonIn, StudyView, operation
from studysite.core.roles import Action


class AgreementOut(serializers.Serializer):
    """How many of so many answers are the same; Cohen's kappa with its 95 % interval, null where
    there is none."""

    same = serializers.IntegerField()
    n = serializers.IntegerField()
    kappa = serializers.FloatField(source="kappa.value", allow_null=True)
    kappa_low = serializers.FloatField(source="kappa.low", allow_null=True)
    kappa_high = serializers.FloatField(source="kappa.high", allow_null=True)


class ReaderOut(serializers.Serializer):
    """One reader. `earlier` and `later` are the two halves of `others`, by when they were read."""

    username = serializers.CharField(source="reader.username")
    printed_name = serializers.CharField(source="reader.printed_name")
    trained_at = serializers.DateTimeField(source="training.at", allow_null=True, default=None)
    training_done = serializers.IntegerField()
    open = serializers.IntegerField()
    locked = serializers.IntegerField()
    lately = serializers.IntegerField()
    minutes = serializers.FloatField(allow_null=True)
    others = AgreementOut()
    himself = AgreementOut()
    earlier = AgreementOut()
    later = AgreementOut()


class TrainingCaseOut(serializers.Serializer):
    """A simulated case that readers are trained with."""

    number = serializers.IntegerField()
    scenario = serializers.CharField()
    seed = serializers.IntegerField()
    ready_at = serializers.DateTimeField(allow_null=True)


class ReadersOut(serializers.Serializer):
    """Every reader of one's sites."""

    at = serializers.DateTimeField()
    lines = ReaderOut(many=True)
    training_cases = TrainingCaseOut(many=True)
    wanted = serializers.IntegerField()
    undecided = serializers.IntegerField()


class ReadersView(StudyView):
    """The desk."""

    actions_needed = {"get": Action.SEE_READS}

    @operation("show_readers", gives=ReadersOut)
    def get(self, request: Request) -> Response:
        """What waits for each reader, how long a read takes, and how far readers agree."""
        return Response(ReadersOut(readers_desk(self.by)).data)


class TrainingSetView(StudyView):
    """The training set."""

    actions_needed = {"post": Action.MANAGE_READERS}

    @operation("make_training_set", gives=TrainingCaseOut(many=True), status=201)
    def post(self, request: Request) -> Response:
        """Have the worker make the training cases that the protocol wants."""
        made: Any = TrainingCaseOut(make_training_set(by=self.by), many=True)
        return Response(made.data, status=201)


class WaiverView(StudyView):
    """A reader who was trained elsewhere."""

    actions_needed = {"post": Action.MANAGE_READERS}

    @operation("waive_training", takes=ReasonIn, gives=ReadersOut)
    def post(self, request: Request, username: str) -> Response:
        """Let a reader read cases of the study without the training cases."""
        reader = find_reader(by=self.by, username=username)
        waive_training(by=self.by, reader=reader, **self.taken(ReasonIn))
        return Response(ReadersOut(readers_desk(self.by)).data)
