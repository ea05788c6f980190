"""What things are called in ODM. A form's version is part of its name, so that data captured under
an older one stand beside the newer as they were."""

from __future__ import annotations

from enrollment.crfs.definition import Form, Item
from enrollment.protocol.definition import Protocol
from reports.exports.columns import Column, Table

RECORDS = "SE.records"
ALL_OF_IT = "items"
NOBODY = "US.system"


def study(protocol: Protocol) -> str:
    """The trial."""
    return f"ST.{protocol.registry_id}"


def metadata(protocol: Protocol) -> str:
    """The version of the protocol."""
    return f"MDV.{protocol.version}"


def event(visit: str) -> str:
    """A visit; every unscheduled one is a repeat of one event."""
    kind, _, number = visit.rpartition("_")
    return f"SE.{kind if kind == 'unscheduled' and number.isdecimal() else visit}"


def event_repeat(visit: str) -> str | None:
    """Which unscheduled visit it is."""
    number = visit.rpartition("_")[2]
    return number if event(visit) == "SE.unscheduled" and number.isdecimal() else None


def form(definition: Form) -> str:
    """A form in a version."""
    return f"FO.{definition.key}.{definition.version}"


def group(definition: Form, section: str) -> str:
    """The items under one heading."""
    return f"IG.{definition.key}.{definition.version}.{section or ALL_OF_IT}"


def item(definition: Form, name: str) -> str:
    """One question."""
    return f"IT.{definition.key}.{definition.version}.{name}"


def codes(definition: Form, asked: Item) -> str:
    """The code list of a question."""
    return f"CL.{definition.key}.{definition.version}.{asked.name}"


def condition(definition: Form, asked: Item) -> str:
    """When a question is not asked."""
    return f"CO.{definition.key}.{definition.version}.{asked.name}"


def method(definition: Form, asked: Item) -> str:
    """How an item is computed."""
    return f"ME.{definition.key}.{definition.version}.{asked.name}"


def unit(symbol: str) -> str:
    """A unit of measurement."""
    return f"MU.{symbol}"


def unit_item(symbol: str) -> str:
    """The item that holds a unit, as ODM 2.0 has it."""
    return f"IT.unit.{symbol}"


def record_form(table: str) -> str:
    """A kind of record, as a form of its own."""
    return f"FO.record.{table}"


def record_group(table: str) -> str:
    """Its rows."""
    return f"IG.record.{table}"


def record_item(table: str, column: str) -> str:
    """One of its columns."""
    return f"IT.record.{table}.{column}"


def column(table: Table, each: Column) -> str:
    """One of a table's columns."""
    return record_item(table.key, each.name)


def user(username: str | None) -> str:
    """A person with an account; nobody is the system itself."""
    return f"US.{username}" if username else NOBODY


def location(site: str) -> str:
    """A site."""
    return f"LO.{site}"
