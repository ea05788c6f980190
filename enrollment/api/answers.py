"""Answers of a case report form, on their way in and out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from enrollment.services.forms import FormInvalid
from studysite.core.api_view import StudyView

LONGEST_TEXT = 2000
LARGEST_NUMBER = 1e12


MOST_CODES = 100


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {"type": "number"},
            {"type": "boolean"},
            {"type": "array", "items": {"type": "string"}},
        ],
        "nullable": True,
    }
)
class AnswerField(serializers.Field):
    """A text, a number, yes or no, or several codes. Whether it may be so
    is for the form's definition to say."""

    def to_internal_value(self, data: Any) -> str | int | float | list[str]:
        """The answer. Raises ValidationError for what no form can hold."""
        if isinstance(data, list):
            if len(data) > MOST_CODES or not all(isinstance(each, str) for each in data):
                raise serializers.ValidationError(_("An answer is a text or a number."))
            return [str(self.to_internal_value(each)) for each in data]
        if isinstance(data, str):
            if "\x00" in data or len(data) > LONGEST_TEXT:
                raise serializers.ValidationError(_("This text cannot be kept."))
            return data
        if isinstance(data, bool):
            return data
        if not isinstance(data, int | float):
            raise serializers.ValidationError(_("An answer is a text or a number."))
        if not abs(data) <= LARGEST_NUMBER:
            raise serializers.ValidationError(_("This number is out of all bounds."))
        return data

    def to_representation(self, value: Any) -> Any:
        """As it is stored."""
        return value


class AnswersField(serializers.DictField):
    """Item names to answers."""

    child = AnswerField(allow_null=True)


class AnswersView(StudyView):
    """A view that takes answers: each problem is told at its item."""

    def handle_exception(self, exc: Exception) -> Response:
        """The refusal, with every problem by item."""
        response = super().handle_exception(exc)
        if isinstance(exc, FormInvalid) and response.data is not None:
            errors: dict[str, list[str]] = {}
            for problem in exc.problems:
                errors.setdefault(problem.item, []).append(problem.sentence)
            response.data["errors"] = errors
        return response
