"""Items, code lists and rules as ODM 2.0 writes them."""

from __future__ import annotations

from collections.abc import Sequence

from enrollment.crfs.definition import Form, Item, ItemType
from enrollment.protocol.definition import Protocol
from reports.exports import names, trail
from reports.exports.columns import Column, Table
from reports.exports.values import KINDS, RULES, TYPES, bounds, checks_of, rule
from reports.exports.xml import Xml

PLAIN = "text/plain"
# ODM 2.0 has decimal numbers.
_DATA_TYPES = {"float": "decimal"}


def worded(xml: Xml, name: str, *texts: str) -> None:
    """A text in both languages, as this version writes it."""
    xml.translated(name, *texts, Type=PLAIN)


def items_of(
    xml: Xml,
    forms: Sequence[Form],
    tables: Sequence[tuple[Table, Sequence[Column]]],
    with_trail: bool,
) -> None:
    """Every `ItemDef`."""
    for form in forms:
        for item in form.items:
            _item(xml, form, item)
    for unit in sorted({item.unit for form in forms for item in form.items if item.unit}):
        xml.leaf(
            "ItemDef", OID=names.unit_item(unit), Name=f"unit {unit}", DataType="text", Length=16
        )
    for table, columns in tables:
        for column in columns:
            kind = KINDS[column.kind]
            with xml.within(
                "ItemDef",
                OID=names.column(table, column),
                Name=column.name,
                DataType=_DATA_TYPES.get(kind, kind),
                Length=4000 if kind == "text" else None,
            ):
                worded(xml, "Description", column.label)
    for oid, label in trail.ITEMS.items() if with_trail else ():
        xml.leaf("ItemDef", OID=oid, Name=label, DataType="string")


def _item(xml: Xml, form: Form, item: Item) -> None:
    kind = TYPES[item.type]
    with xml.within(
        "ItemDef",
        OID=names.item(form, item.name),
        Name=item.name,
        DataType=_DATA_TYPES.get(kind, kind),
        Length=2000 if kind == "text" else None,
    ):
        worded(xml, "Question", item.question_en, item.question_zh)
        if item.help_en:
            worded(xml, "CRFCompletionInstructions", item.help_en, item.help_zh)
        for comparator, limit, weight in bounds(item):
            with xml.within("RangeCheck", Comparator=comparator, SoftHard=weight):
                xml.leaf("CheckValue", limit)
        for check in checks_of(form, item):
            with xml.within("RangeCheck", SoftHard=check.severity.value.capitalize()):
                expression(xml, ["not", check.when])
                worded(xml, "ErrorMessage", check.sentence_en, check.sentence_zh)
        if item.codes:
            xml.leaf("CodeListRef", CodeListOID=names.codes(form, item))
        if item.critical:
            xml.leaf("Alias", Context="source data verification", Name="critical")


def expression(xml: Xml, content: object) -> None:
    """A rule of a definition."""
    with xml.within("FormalExpression", Context=RULES):
        xml.leaf("Code", rule(content))


def code_lists(xml: Xml, forms: Sequence[Form]) -> None:
    """Every `CodeList`."""
    for form in forms:
        for item in form.items:
            if not item.codes:
                continue
            kind = "integer" if item.type is ItemType.INTEGER else "text"
            with xml.within(
                "CodeList", OID=names.codes(form, item), Name=item.question_en, DataType=kind
            ):
                for number, code in enumerate(item.codes, start=1):
                    with xml.within("CodeListItem", CodedValue=code.value, OrderNumber=number):
                        worded(xml, "Decode", code.label_en, code.label_zh)


def conditions(xml: Xml, protocol: Protocol, forms: Sequence[Form]) -> None:
    """The criteria, and when questions are not asked."""
    for row in protocol.criteria:
        with xml.within("ConditionDef", OID=f"CO.criterion.{row.key}", Name=row.key):
            worded(xml, "Description", row.label_en, row.label_zh)
            xml.leaf("MethodSignature")
            expression(xml, ["criterion", row.key, row.source])
    for form in forms:
        for item in form.items:
            if item.show_if:
                name, values = item.show_if
                with xml.within(
                    "ConditionDef",
                    OID=names.condition(form, item),
                    Name=f"{item.name} is not asked",
                ):
                    told = f"{name} has none of these values: {', '.join(values)}"
                    worded(xml, "Description", told)
                    xml.leaf("MethodSignature")
                    expression(xml, ["not", ["in", ["item", name], *values]])


def methods(xml: Xml, forms: Sequence[Form]) -> None:
    """How items are computed."""
    for form in forms:
        for item in form.items:
            if item.computed:
                section = form.section(item.section)
                told = section.rule_en if section and section.rule_en else "Computed."
                with xml.within(
                    "MethodDef",
                    OID=names.method(form, item),
                    Name=f"{item.name} is computed",
                    Type="Computation",
                ):
                    worded(xml, "Description", told, section.rule_zh if section else "")
                    xml.leaf("MethodSignature")
                    expression(xml, item.formula)
