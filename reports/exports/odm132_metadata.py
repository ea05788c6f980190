"""The trial as ODM 1.3.2 describes it: events, forms in all their versions, items, code lists."""

from __future__ import annotations

from collections.abc import Sequence

from enrollment.crfs.definition import Form, Item, Place
from enrollment.models.forms import LOG
from enrollment.protocol.definition import Protocol
from reports.exports import names, trail
from reports.exports.captured import EVENTS, IMAGING, LEAVING
from reports.exports.columns import Column, Table
from reports.exports.odm132_items import code_lists, items_of, rules
from reports.exports.values import sections_of
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
    tables: Sequence[tuple[Table, Sequence[Column]]],
    *,
    with_trail: bool = False,
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
            for table, _columns in tables:
                _record_form(xml, table)
            _groups(xml, protocol, forms, tables, with_trail)
            items_of(xml, forms, tables, with_trail)
            code_lists(xml, protocol, forms)
            rules(xml, forms)


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


def _events(
    xml: Xml,
    protocol: Protocol,
    forms: Sequence[Form],
    tables: Sequence[tuple[Table, Sequence[Column]]],
) -> None:
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
        for table, _columns in tables:
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
    xml: Xml,
    protocol: Protocol,
    forms: Sequence[Form],
    tables: Sequence[tuple[Table, Sequence[Column]]],
    with_trail: bool,
) -> None:
    for form in forms:
        for section, items in sections_of(form).items():
            _group(xml, form, section, items)
    for table, columns in tables:
        with xml.within(
            "ItemGroupDef", OID=names.record_group(table.key), Name=table.label, Repeating="Yes"
        ):
            for column in columns:
                xml.leaf("ItemRef", ItemOID=names.column(table, column), Mandatory="No")
    if with_trail:
        with xml.within(
            "ItemGroupDef",
            OID=trail.GROUP,
            Name="Audit trail",
            Repeating="Yes",
            IsReferenceData="Yes",
        ):
            for oid in trail.ITEMS:
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
