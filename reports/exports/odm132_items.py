"""Items, code lists and rules as ODM 1.3.2 writes them."""

from __future__ import annotations

from collections.abc import Sequence

from enrollment.crfs.definition import Form, Item, ItemType
from enrollment.protocol.definition import Protocol
from reports.exports import names, trail
from reports.exports.columns import Column, Table
from reports.exports.values import KINDS, RULES, TYPES, bounds, checks_of, rule
from reports.exports.xml import Xml

FLAGS = {
    "entry_state": ("draft", "submitted"),
    "query_state": ("open", "answered", "closed", "reopened"),
    "flag": ("state of the form", "state of the query"),
}


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
    for table, columns in tables:
        for column in columns:
            kind = KINDS[column.kind]
            with xml.within(
                "ItemDef",
                OID=names.column(table, column),
                Name=column.name,
                DataType=kind,
                Length=4000 if kind == "text" else None,
            ):
                xml.translated("Description", column.label)
    for oid, label in trail.ITEMS.items() if with_trail else ():
        xml.leaf("ItemDef", OID=oid, Name=label, DataType="string")


def _item(xml: Xml, form: Form, item: Item) -> None:
    kind = TYPES[item.type]
    with xml.within(
        "ItemDef",
        OID=names.item(form, item.name),
        Name=item.name,
        DataType=kind,
        Length=2000 if kind == "text" else None,
        Origin="Derived" if item.computed else "CRF",
    ):
        if item.help_en:
            xml.translated("Description", item.help_en, item.help_zh)
        xml.translated("Question", item.question_en, item.question_zh)
        if item.unit:
            xml.leaf("MeasurementUnitRef", MeasurementUnitOID=names.unit(item.unit))
        for comparator, limit, weight in bounds(item):
            with xml.within("RangeCheck", Comparator=comparator, SoftHard=weight):
                xml.leaf("CheckValue", limit)
        for check in checks_of(form, item):
            with xml.within("RangeCheck", SoftHard=check.severity.value.capitalize()):
                xml.leaf("FormalExpression", rule(["not", check.when]), Context=RULES)
                xml.translated("ErrorMessage", check.sentence_en, check.sentence_zh)
        if item.codes and item.type is not ItemType.CODES:
            xml.leaf("CodeListRef", CodeListOID=names.codes(form, item))
        if item.codes and item.type is ItemType.CODES:
            xml.leaf("Alias", Context="several of", Name=names.codes(form, item))
        if item.critical:
            xml.leaf("Alias", Context="source data verification", Name="critical")


def code_lists(xml: Xml, protocol: Protocol, forms: Sequence[Form]) -> None:
    """Every `CodeList`: of the forms, arms, criteria and flags."""
    for form in forms:
        for item in form.items:
            if not item.codes:
                continue
            kind = "integer" if item.type is ItemType.INTEGER else "text"
            with xml.within(
                "CodeList", OID=names.codes(form, item), Name=item.question_en, DataType=kind
            ):
                for code in item.codes:
                    _code(xml, code.value, code.label_en, code.label_zh)
    _listed(xml, "arms", [(each.key, each.label_en, each.label_zh) for each in protocol.arms])
    rows = [(each.key, each.label_en, each.label_zh) for each in protocol.criteria]
    _listed(xml, "criteria", rows)
    for oid, words in FLAGS.items():
        _listed(xml, oid, [(word, word, "") for word in words])


def _listed(xml: Xml, key: str, rows: Sequence[tuple[str, str, str]]) -> None:
    with xml.within("CodeList", OID=f"CL.{key}", Name=key, DataType="text"):
        for value, english, chinese in rows:
            _code(xml, value, english, chinese)


def _code(xml: Xml, value: str, english: str, chinese: str) -> None:
    with xml.within("CodeListItem", CodedValue=value):
        xml.translated("Decode", english, chinese)


def rules(xml: Xml, forms: Sequence[Form]) -> None:
    """When questions are not asked, and how items are computed."""
    for form in forms:
        for item in form.items:
            if item.show_if:
                name, values = item.show_if
                asked = ["in", ["item", name], *values]
                with xml.within(
                    "ConditionDef",
                    OID=names.condition(form, item),
                    Name=f"{item.name} is not asked",
                ):
                    xml.translated(
                        "Description", f"{name} has none of these values: {', '.join(values)}"
                    )
                    xml.leaf("FormalExpression", rule(["not", asked]), Context=RULES)
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
                    xml.translated("Description", told, section.rule_zh if section else "")
                    xml.leaf("FormalExpression", rule(item.formula), Context=RULES)
