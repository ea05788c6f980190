"""The trial as ODM 1.3.2 describes it: events, forms in all their versions, items, code lists."""

from __future__ import annotations

from collections.abc import Sequence

from enrollment.crfs.definition import Form, Item, ItemType, Place
from enrollment.models.forms import LOG
from enrollment.protocol.definition import Protocol
from reports.exports import names
from reports.exports.captured import EVENTS, IMAGING, LEAVING
from reports.exports.columns import Table
from reports.exports.trail import GROUP, ITEMS
from reports.exports.values import (
    KINDS,
    RULES,
    TYPES,
    bounds,
    checks_of,
    rule,
    sections_of,
)
from reports.exports.xml import Xml

HAPPENS_IN = {
    Place.LOG: LOG,
    Place.SERIES: IMAGING,
    Place.MEASUREMENT: IMAGING,
    Place.READ: IMAGING,
    Place.LEAVING: LEAVING,
}


def study(
    xml: Xml,
    protocol: Protocol,
    forms: Sequence[Form],
    tables: Sequence[Table],
    *,
    trail: bool = False,
) -> None:
    """The whole of `Study`."""
    with xml.within("Study", OID=names.study(protocol)):
        with xml.within("GlobalVariables"):
            xml.leaf("StudyName", protocol.acronym)
            xml.leaf("StudyDescription", protocol.title_en)
            xml.leaf("ProtocolName", protocol.registry_id)
        _units(xml, forms)
        with xml.within(
            "MetaDataVersion",
            OID=names.metadata(protocol),
            Name=f"Protocol {protocol.version}",
            Description=f"protocol sha256 {protocol.sha256}",
        ):
            _protocol(xml, protocol)
            _events(xml, protocol, forms, tables)
            for form in forms:
                _form(xml, form)
            for table in tables:
                _record_form(xml, table)
            _groups(xml, protocol, forms, tables, trail)
            _items(xml, forms, tables, trail)
            _code_lists(xml, protocol, forms)
            _rules(xml, forms)


def visits_of(protocol: Protocol) -> list[str]:
    """The keys of the visits and of what belongs to none, in order."""
    return [*(visit.key for visit in protocol.visits), *EVENTS]


def forms_at(event: str, protocol: Protocol, forms: Sequence[Form]) -> list[Form]:
    """The forms of an event, each in all its versions."""
    plan = {visit.key: visit for visit in protocol.visits}.get(event)
    if plan is not None:
        return [form for form in forms if form.key in plan.forms]
    return [form for form in forms if HAPPENS_IN.get(form.place) == event]


def _units(xml: Xml, forms: Sequence[Form]) -> None:
    found = sorted({item.unit for form in forms for item in form.items if item.unit})
    if not found:
        return
    with xml.within("BasicDefinitions"):
        for symbol in found:
            with xml.within("MeasurementUnit", OID=names.unit(symbol), Name=symbol):
                xml.translated("Symbol", symbol)


def _protocol(xml: Xml, protocol: Protocol) -> None:
    with xml.within("Protocol"):
        xml.translated("Description", protocol.title_en, protocol.title_zh)
        for number, visit in enumerate(visits_of(protocol), start=1):
            xml.leaf(
                "StudyEventRef",
                StudyEventOID=names.event(visit),
                OrderNumber=number,
                Mandatory="No",
            )
        xml.leaf("StudyEventRef", StudyEventOID=names.RECORDS, Mandatory="No")
        xml.leaf("Alias", Context="ClinicalTrials.gov", Name=protocol.registry_id)
        xml.leaf("Alias", Context="sponsor protocol", Name=protocol.site_protocol_id)


def _events(xml: Xml, protocol: Protocol, forms: Sequence[Form], tables: Sequence[Table]) -> None:
    plans = {visit.key: visit for visit in protocol.visits}
    for key in visits_of(protocol):
        plan = plans.get(key)
        again = plan is not None and plan.unscheduled
        with xml.within(
            "StudyEventDef",
            OID=names.event(key),
            Name=plan.label_en if plan else EVENTS[key],
            Repeating="Yes" if again else "No",
            Type="Unscheduled" if again else "Scheduled" if plan else "Common",
        ):
            if plan:
                xml.translated("Description", plan.label_en, plan.label_zh)
            for form in forms_at(key, protocol, forms):
                xml.leaf("FormRef", FormOID=names.form(form), Mandatory="No")
    with xml.within(
        "StudyEventDef", OID=names.RECORDS, Name="Records", Repeating="No", Type="Common"
    ):
        for table in tables:
            xml.leaf("FormRef", FormOID=names.record_form(table.key), Mandatory="No")


def _form(xml: Xml, form: Form) -> None:
    again = form.repeating or form.place in {Place.SERIES, Place.MEASUREMENT, Place.READ}
    with xml.within(
        "FormDef",
        OID=names.form(form),
        Name=f"{form.title_en} {form.version}",
        Repeating="Yes" if again else "No",
    ):
        xml.translated("Description", form.title_en, form.title_zh)
        for number, section in enumerate(sections_of(form), start=1):
            xml.leaf(
                "ItemGroupRef",
                ItemGroupOID=names.group(form, section),
                OrderNumber=number,
                Mandatory="Yes",
            )
        xml.leaf("Alias", Context="form", Name=form.key)
        xml.leaf("Alias", Context="version", Name=form.version)


def _record_form(xml: Xml, table: Table) -> None:
    with xml.within("FormDef", OID=names.record_form(table.key), Name=table.label, Repeating="No"):
        xml.leaf("ItemGroupRef", ItemGroupOID=names.record_group(table.key), Mandatory="No")


def _groups(
    xml: Xml, protocol: Protocol, forms: Sequence[Form], tables: Sequence[Table], trail: bool
) -> None:
    for form in forms:
        for section, items in sections_of(form).items():
            _group(xml, form, section, items)
    for table in tables:
        with xml.within(
            "ItemGroupDef", OID=names.record_group(table.key), Name=table.label, Repeating="Yes"
        ):
            for column in table.columns:
                xml.leaf("ItemRef", ItemOID=names.column(table, column), Mandatory="No")
    if trail:
        with xml.within(
            "ItemGroupDef", OID=GROUP, Name="Audit trail", Repeating="Yes", IsReferenceData="Yes"
        ):
            for oid in ITEMS:
                xml.leaf("ItemRef", ItemOID=oid, Mandatory="No")


def _group(xml: Xml, form: Form, section: str, items: Sequence[Item]) -> None:
    heading = form.section(section)
    with xml.within(
        "ItemGroupDef",
        OID=names.group(form, section),
        Name=f"{form.title_en} {form.version}: {heading.title_en if heading else 'items'}",
        Repeating="No",
    ):
        if heading:
            xml.translated("Description", heading.title_en, heading.title_zh)
        optional = heading is not None and heading.chosen
        for number, item in enumerate(items, start=1):
            needed = item.required and not optional and not item.computed
            xml.leaf(
                "ItemRef",
                ItemOID=names.item(form, item.name),
                OrderNumber=number,
                Mandatory="Yes" if needed else "No",
                MethodOID=names.method(form, item) if item.computed else None,
                CollectionExceptionConditionOID=names.condition(form, item)
                if item.show_if
                else None,
            )


def _items(xml: Xml, forms: Sequence[Form], tables: Sequence[Table], trail: bool) -> None:
    for form in forms:
        for item in form.items:
            _item(xml, form, item)
    for table in tables:
        for column in table.columns:
            kind = KINDS[column.kind]
            with xml.within(
                "ItemDef",
                OID=names.column(table, column),
                Name=column.name,
                DataType=kind,
                Length=4000 if kind == "text" else None,
            ):
                xml.translated("Description", column.label)
    for oid, label in ITEMS.items() if trail else ():
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


def _code_lists(xml: Xml, protocol: Protocol, forms: Sequence[Form]) -> None:
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


FLAGS = {
    "entry_state": ("draft", "submitted"),
    "query_state": ("open", "answered", "closed", "reopened"),
    "flag": ("state of the form", "state of the query"),
}


def _listed(xml: Xml, key: str, rows: Sequence[tuple[str, str, str]]) -> None:
    with xml.within("CodeList", OID=f"CL.{key}", Name=key, DataType="text"):
        for value, english, chinese in rows:
            _code(xml, value, english, chinese)


def _code(xml: Xml, value: str, english: str, chinese: str) -> None:
    with xml.within("CodeListItem", CodedValue=value):
        xml.translated("Decode", english, chinese)


def _rules(xml: Xml, forms: Sequence[Form]) -> None:
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
