"""Definitions of the case report forms, as data."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.crfs.definition import Check, Form, Item, ItemType, Place, Severity
from enrollment.crfs.registry import FORMS, form_of
from enrollment.crfs.written import as_data, digest_of
from enrollment.definitions import in_use
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action

# An operator and its operands, a text, a number, or nothing.
EXPRESSION = {
    "oneOf": [{"type": "array", "items": {}}, {"type": "string"}, {"type": "number"}],
    "nullable": True,
}


class VersionIn(In):
    """Which version; left open, the one in force."""

    version = serializers.RegexField(r"^[0-9]+(\.[0-9]+)*$", max_length=16, default="")


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
    likely = serializers.ListField(child=serializers.FloatField(allow_null=True))
    section = serializers.CharField()
    computed = serializers.BooleanField()
    critical = serializers.BooleanField()
    show_if = serializers.SerializerMethodField()
    formula = serializers.SerializerMethodField()
    help_en = serializers.CharField()
    help_zh = serializers.CharField()

    @extend_schema_field(EXPRESSION)
    def get_formula(self, item: Item) -> Any:
        """What the answer is computed from; null where it is entered."""
        return as_data(item.formula)

    @extend_schema_field(ConditionOut(allow_null=True))
    def get_show_if(self, item: Item) -> dict[str, Any] | None:
        """When the question is asked; null for always."""
        if item.show_if is None:
            return None
        name, values = item.show_if
        return {"item": name, "values": list(values)}


class SectionOut(serializers.Serializer):
    """A group of items. `chosen`: only at the visits for which the protocol names it."""

    key = serializers.CharField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()
    chosen = serializers.BooleanField()
    rule_en = serializers.CharField()
    rule_zh = serializers.CharField()


class CheckOut(serializers.Serializer):
    """A condition that answers must not meet: hard refuses, soft asks for a reason."""

    key = serializers.CharField()
    item = serializers.CharField()
    severity = serializers.ChoiceField([(each.value, each.value) for each in Severity])
    when = serializers.SerializerMethodField()
    sentence_en = serializers.CharField()
    sentence_zh = serializers.CharField()

    @extend_schema_field(EXPRESSION)
    def get_when(self, check: Check) -> Any:
        """The condition, as nested lists: an operator and its operands."""
        return as_data(check.when)


class FormLineOut(serializers.Serializer):
    """A form by its names. The digest is of the whole definition."""

    key = serializers.CharField()
    version = serializers.CharField()
    sha256 = serializers.SerializerMethodField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()

    def get_sha256(self, form: Form) -> str:
        """The digest of the whole definition."""
        return digest_of(form)


class FormOut(FormLineOut):
    """A form in one version, with its items and checks."""

    place = serializers.ChoiceField([(each.value, each.value) for each in Place])
    repeating = serializers.BooleanField()
    sections = SectionOut(many=True)
    items = ItemOut(many=True)
    checks = CheckOut(many=True)


class FormsView(StudyView):
    """Every form."""

    actions_needed = {"get": Action.SIGN_IN}

    @operation("list_forms", gives=FormLineOut(many=True))
    def get(self, request: Request) -> Response:
        """The case report forms."""
        return Response(FormLineOut([in_use(key) for key in FORMS], many=True).data)


class FormView(StudyView):
    """One form."""

    actions_needed = {"get": Action.SIGN_IN}

    @operation("show_form", query=VersionIn, gives=FormOut)
    def get(self, request: Request, key: str) -> Response:
        """A form's items and checks: the version in force, or the one that is asked for."""
        version = self.asked(VersionIn)["version"]
        return Response(FormOut(form_of(key, version) if version else in_use(key)).data)
