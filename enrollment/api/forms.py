"""Definitions of the case report forms, as data."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.crfs.definition import Item, ItemType
from enrollment.crfs.registry import FORMS, form_of
from studysite.core.api_view import StudyView, operation
from studysite.core.roles import Action


class CodeOut(serializers.Serializer):
    """One answer of a code list."""

    value = serializers.CharField()
    label_en = serializers.CharField()
    label_zh = serializers.CharField()


class ConditionOut(serializers.Serializer):
    """Asked only when another item has one of these answers."""

    item = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class ItemOut(serializers.Serializer):
    """One question."""

    name = serializers.CharField()
    question_en = serializers.CharField()
    question_zh = serializers.CharField()
    type = serializers.ChoiceField([(kind.value, kind.value) for kind in ItemType])
    codes = CodeOut(many=True)
    unit = serializers.CharField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    required = serializers.BooleanField()  # type: ignore[assignment]
    show_if = serializers.SerializerMethodField()
    help_en = serializers.CharField()
    help_zh = serializers.CharField()

    @extend_schema_field(ConditionOut(allow_null=True))
    def get_show_if(self, item: Item) -> dict[str, Any] | None:
        """When the question is asked; null for always."""
        if item.show_if is None:
            return None
        name, values = item.show_if
        return {"item": name, "values": list(values)}


class FormLineOut(serializers.Serializer):
    """A form by its names. The digest is of the whole definition."""

    key = serializers.CharField()
    version = serializers.CharField()
    sha256 = serializers.CharField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()


class FormOut(FormLineOut):
    """A form in one version, with its items."""

    items = ItemOut(many=True)


class FormsView(StudyView):
    """Every form."""

    actions_needed = {"get": Action.SIGN_IN}

    @operation("list_forms", gives=FormLineOut(many=True))
    def get(self, request: Request) -> Response:
        """The case report forms."""
        return Response(FormLineOut(FORMS.values(), many=True).data)


class FormView(StudyView):
    """One form."""

    actions_needed = {"get": Action.SIGN_IN}

    @operation("show_form", gives=FormOut)
    def get(self, request: Request, key: str) -> Response:
        """A form's items: names, types, units, ranges, codes, and when each is asked."""
        return Response(FormOut(form_of(key)).data)
