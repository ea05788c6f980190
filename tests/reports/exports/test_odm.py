"""Both versions of ODM: valid in every state and for any definition, with values of their kinds."""

from __future__ import annotations

import re
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from enrollment.crfs.definition import Form
from enrollment.journey import State
from enrollment.models import Participant
from enrollment.places import of_item
from enrollment.protocol.loader import current
from enrollment.services.queries import open_query
from reports.exports import odm2, odm2_metadata, odm132, odm132_metadata
from reports.exports.tables import TABLES
from reports.exports.xml import Xml
from reports.services.signing import sign_case
from tests.conftest import Enter
from tests.enrollment.crfs.test_properties import forms
from tests.reports import factory
from tests.reports.exports.conftest import Export
from tests.reports.exports.schemas import problems

NAMESPACES = {"odm132": odm132.NAMESPACE, "odm2": odm2.NAMESPACE}
BOTH = sorted(NAMESPACES)
KINDS: dict[str, Any] = {
    "integer": int,
    "float": float,
    "decimal": float,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
    "partialDate": re.compile(r"\d{4}(-\d\d(-\d\d)?)?").fullmatch,
    "partialDatetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d").fullmatch,
    "text": str,
    "string": str,
}


@pytest.fixture
def told(cast: factory.Cast, finished: Participant) -> Participant:
    """A finished case that is signed and has a query."""
    sign_case(
        by=cast.investigator, participant=finished, password=factory.PASSWORD,
        meaning="Reviewed and approved",
    )  # fmt: skip
    open_query(
        by=cast.monitor, participant=finished, place=of_item("baseline", "severity", "smc_grade"),
        text="Is this what the source says?",
    )  # fmt: skip
    return finished


def test_a_study_with_somebody_in_every_state_is_valid(enter: Enter, export: Export) -> None:
    for number, state in enumerate(State):
        enter(state, arm=("2d", "3d")[number % 2])
    for form in BOTH:
        content = export(form).read_bytes()
        assert problems(form, content) == []
        tag = f"{{{NAMESPACES[form]}}}SubjectData"
        assert len(list(etree.fromstring(content).iter(tag))) == len(State)


@pytest.mark.parametrize("form", BOTH)
def test_the_schema_finds_what_is_wrong(form: str, enter: Enter, export: Export) -> None:
    """Control: what is not ODM is not valid."""
    enter(State.SCREENED)
    content = export(form).read_bytes()
    assert problems(form, content.replace(b'TransactionType="Insert"', b'TransactionType="New"'))
    assert problems(form, content.replace(b"SiteRef", b"SiteRefs"))


@pytest.mark.parametrize("form", BOTH)
def test_a_finished_case_is_valid_and_every_reference_leads_somewhere(
    form: str, told: Participant, export: Export
) -> None:
    content = export(form).read_bytes()
    assert problems(form, content) == []
    root = etree.fromstring(content)
    defined = {each.get("OID") for each in root.iter() if each.get("OID")}
    referred = {
        value for each in root.iter() for name, value in each.attrib.items()
        if name.endswith("OID") and name not in {"OID", "FileOID"}
    }  # fmt: skip
    assert referred <= defined
    assert {"IT.severity.1.0.smc_grade", "IT.record.enrolments.arm"} <= referred


@pytest.mark.parametrize("form", BOTH)
def test_every_value_is_of_its_kind(form: str, told: Participant, export: Export) -> None:
    root = etree.fromstring(export(form).read_bytes())
    odm = f"{{{NAMESPACES[form]}}}"
    kinds = {each.get("OID"): each.get("DataType") for each in root.iter(f"{odm}ItemDef")}
    count = 0
    for item in root.iter(f"{odm}ItemData"):
        values = (
            [item.get("Value")] if form == "odm132" else [e.text for e in item.iter(f"{odm}Value")]
        )
        for value in values if item.get("TransactionType") != "Context" else []:
            assert KINDS[kinds[item.get("ItemOID")]](value) is not None, (item.attrib, value)
            count += 1
    assert count > 100


def definition(form: str, asked: Form) -> bytes:
    out = StringIO()
    xml = Xml(out)
    tables = [(table, table.columns) for table in TABLES]
    version = {"odm132": "1.3.2", "odm2": "2.0"}[form]
    with xml.within(
        "ODM", xmlns=NAMESPACES[form], FileType="Snapshot", FileOID="F", ODMVersion=version,
        CreationDateTime="2026-01-01T00:00:00Z",
    ):  # fmt: skip
        study = odm132_metadata.study if form == "odm132" else odm2_metadata.study
        study(xml, current(), [asked], tables, with_trail=True)
    return out.getvalue().encode()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(forms())
def test_any_definition_exports(asked: Form) -> None:
    for form in BOTH:
        content = definition(form, asked)
        assert problems(form, content) == []
        path = "//o:ItemDef[starts-with(@OID, $start)]"
        found = etree.fromstring(content).xpath(
            path, namespaces={"o": NAMESPACES[form]}, start=f"IT.{asked.key}.{asked.version}."
        )
        assert [each.get("Name") for each in found] == [item.name for item in asked.items]


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\ufffe", "\x1f"])
def test_what_xml_cannot_write_does_not_break_the_document(bad: str) -> None:
    out = StringIO()
    xml = Xml(out)
    with xml.within("A", value=f"x{bad}\ty\n"):
        xml.leaf("B", f"x{bad}\ry")
    root = etree.fromstring(out.getvalue().encode())
    assert root.get("value") == "x\ufffd\ty\n"
    assert root[0].text == "x\ufffd\ry"
