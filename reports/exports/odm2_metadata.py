"""The trial as ODM 2.0 describes it: arms, epochs, objectives, end points, criteria and timing have
elements of their own there, and a form is a group of groups."""

from __future__ import annotations

from collections.abc import Sequence

from enrollment.crfs.definition import Form, Item, Place
from enrollment.protocol.definition import Protocol
from reports.exports import names, trail
from reports.exports.captured import EVENTS
from reports.exports.columns import Column, Table
from reports.exports.odm2_items import code_lists, conditions, items_of, methods, worded
from reports.exports.odm2_protocol import protocol_of
from reports.exports.odm132_metadata import forms_at, visits_of
from reports.exports.values import sections_of
from reports.exports.xml import Xml


def study(
    xml: Xml,
    protocol: Protocol,
    forms: Sequence[Form],
    tables: Sequence[tuple[Table, Sequence[Column]]],
    *,
    with_trail: bool = False,
) -> None:
    """The whole of `Study`."""
    with xml.within(
        "Study",
        OID=names.study(protocol),
        StudyName=protocol.acronym,
        ProtocolName=protocol.registry_id,
        VersionID=protocol.version,
    ):
        worded(xml, "Description", protocol.title_en, protocol.title_zh)
        with xml.within(
            "MetaDataVersion",
            OID=names.metadata(protocol),
            Name=f"Protocol {protocol.version}",
        ):
            worded(xml, "Description", f"protocol sha256 {protocol.sha256}")
            protocol_of(xml, protocol)
            _events(xml, protocol, forms, tables)
            _groups(xml, forms, tables, with_trail)
            items_of(xml, forms, tables, with_trail)
            code_lists(xml, forms)
            conditions(xml, protocol, forms)
            methods(xml, forms)


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
                worded(xml, "Description", plan.label_en, plan.label_zh)
            for form in forms_at(key, protocol, forms):
                xml.leaf("ItemGroupRef", ItemGroupOID=names.form(form), Mandatory="No")
    with xml.within(
        "StudyEventDef", OID=names.RECORDS, Name="Records", Repeating="No", Type="Common"
    ):
        for table, _columns in tables:
            oid = names.record_group(table.key)
            xml.leaf("ItemGroupRef", ItemGroupOID=oid, Mandatory="No")


def _groups(
    xml: Xml,
    forms: Sequence[Form],
    tables: Sequence[tuple[Table, Sequence[Column]]],
    with_trail: bool,
) -> None:
    for form in forms:
        _form(xml, form)
        for section, items in sections_of(form).items():
            _section(xml, form, section, items)
    for table, columns in tables:
        oid = names.record_group(table.key)
        _rows(xml, oid, table.label, [names.column(table, column) for column in columns])
    if with_trail:
        _rows(xml, trail.GROUP, "Audit trail", list(trail.ITEMS), IsReferenceData="Yes")


def _rows(xml: Xml, oid: str, label: str, items: Sequence[str], **more: object) -> None:
    with xml.within(
        "ItemGroupDef", OID=oid, Name=label, Repeating="Simple", Type="Section", **more
    ):
        for item in items:
            xml.leaf("ItemRef", ItemOID=item, Mandatory="No")


def _form(xml: Xml, form: Form) -> None:
    again = form.repeating or form.place in {Place.SERIES, Place.MEASUREMENT, Place.READ}
    with xml.within(
        "ItemGroupDef",
        OID=names.form(form),
        Name=f"{form.title_en} {form.version}",
        Repeating="Simple" if again else "No",
        Type="Form",
    ):
        worded(xml, "Description", form.title_en, form.title_zh)
        for number, section in enumerate(sections_of(form), start=1):
            oid = names.group(form, section)
            xml.leaf("ItemGroupRef", ItemGroupOID=oid, OrderNumber=number, Mandatory="Yes")
        xml.leaf("Alias", Context="form", Name=form.key)
        xml.leaf("Alias", Context="version", Name=form.version)


def _section(xml: Xml, form: Form, section: str, items: Sequence[Item]) -> None:
    heading = form.section(section)
    with xml.within(
        "ItemGroupDef",
        OID=names.group(form, section),
        Name=f"{form.title_en} {form.version}: {heading.title_en if heading else 'items'}",
        Repeating="No",
        Type="Section",
    ):
        if heading:
            worded(xml, "Description", heading.title_en, heading.title_zh)
        optional = heading is not None and heading.chosen
        for number, item in enumerate(items, start=1):
            needed = item.required and not optional and not item.computed
            with xml.within(
                "ItemRef",
                ItemOID=names.item(form, item.name),
                OrderNumber=number,
                Mandatory="Yes" if needed else "No",
                MethodOID=names.method(form, item) if item.computed else None,
                UnitsItemOID=names.unit_item(item.unit) if item.unit else None,
                CollectionExceptionConditionOID=names.condition(form, item)
                if item.show_if
                else None,
            ):
                xml.leaf("Origin", Type="Derived" if item.computed else "Collected")
        for unit in dict.fromkeys(item.unit for item in items if item.unit):
            xml.leaf(
                "ItemRef", ItemOID=names.unit_item(unit), Mandatory="No", PreSpecifiedValue=unit
            )
