"""Answers from before, a sheet at a time."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.services.history import SheetRefused, check_sheet, import_sheet
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class SheetIn(In):
    """A sheet of one form as CSV, and where its answers come from. `dry_run`: only look."""

    form = serializers.CharField(max_length=32)
    content = serializers.CharField(trim_whitespace=False)
    reason = serializers.CharField(max_length=2000, allow_blank=True)
    dry_run = serializers.BooleanField(default=True)


class ProblemOut(serializers.Serializer):
    """What is wrong, by row (the head is row 1) and column."""

    row = serializers.IntegerField()
    column = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField()


class SheetOut(serializers.Serializer):
    """How many rows there are, whether they were taken in, and every problem."""

    rows = serializers.IntegerField()
    taken_in = serializers.BooleanField()
    problems = ProblemOut(many=True)


class SheetsView(StudyView):
    """Sheets of answers."""

    actions_needed = {"post": Action.IMPORT_FORMS}

    @operation("import_sheet", takes=SheetIn, gives=SheetOut)
    def post(self, request: Request) -> Response:
        """Look at a sheet, or take it in, whole or not at all."""
        given = self.taken(SheetIn)
        dry_run = given.pop("dry_run")
        sheet = {"form": given["form"], "reason": given["reason"]}
        content = given["content"].encode()
        if dry_run:
            checked = check_sheet(by=self.by, content=content, **sheet)
            return self._told(checked.count, False, checked.problems)
        try:
            count = import_sheet(by=self.by, content=content, **sheet)
        except SheetRefused as refusal:
            return self._told(refusal.count, False, refusal.problems)
        return self._told(count, True, [])

    def _told(self, rows: int, taken_in: bool, problems: list) -> Response:
        content = {"rows": rows, "taken_in": taken_in, "problems": problems}
        return Response(SheetOut(content).data)
