"""Who did what to a participant's record."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.services import way
from studysite.core.act_words import word_for
from studysite.core.api_said import SaidField
from studysite.core.api_view import PageIn, StudyView, operation, page_of, page_out
from studysite.core.models import Act, Outcome
from studysite.core.roles import Action


class ActOut(serializers.Serializer):
    """One act: who, what, when and why. No person means the system itself."""

    at = serializers.DateTimeField()
    by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    action = serializers.CharField()
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    detail = SaidField()
    reason = serializers.CharField()

    def get_label(self, act: Act) -> str:
        """The act in the reader's language."""
        return word_for(act.action)


class HistoryView(StudyView):
    """The acts on one record."""

    actions_needed = {"get": Action.SEE_HISTORY}

    @operation("list_history", query=PageIn, gives=page_out("HistoryPageOut", ActOut))
    def get(self, request: Request, number: str) -> Response:
        """Who did what, newest first."""
        row = way.find(by=self.by, number=number, action=Action.SEE_HISTORY)
        acts = (
            Act.objects.filter(subject=row.number, outcome=Outcome.DONE)
            .select_related("by")
            .order_by("-at", "-pk")
        )
        rows, page = page_of(acts, self.asked(PageIn))
        return Response({**page, "results": ActOut(rows, many=True).data})
