"""A job as the API shows it."""

from __future__ import annotations

from rest_framework import serializers

from studysite.core.api_said import SaidField
from studysite.core.models import JobState


class JobOut(serializers.Serializer):
    """Work for a worker: where it is, how far (0 to 1), and why it failed."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(JobState.choices)
    progress = serializers.FloatField()
    message = SaidField()
    attempts = serializers.IntegerField()
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
