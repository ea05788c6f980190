"""ODM 1.3.2: valid in every state, with the audit record, signature and query of each datum."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from enrollment.crfs.definition import Form
from enrollment.journey import State
from enrollment.models import FormEntry, Participant
from enrollment.places import of_item
from enrollment.protocol.loader import current
from enrollment.services.forms import save_form
from enrollment.services.queries import open_query
from reports.exports import odm132_metadata
from reports.exports.odm132 import NAMESPACE
from reports.exports.tables import TABLES
from reports.exports.xml import Xml
from reports.services.signing import sign_case
from tests.conftest import Enter
from tests.enrollment.crfs.test_properties import forms
from tests.reports import factory
from tests.reports.exports.conftest import Export
from tests.reports.exports.schemas import problems

FORM = "odm132"
ODM = f"{{{NAMESPACE}}}"
NS = {"o": NAMESPACE}


def test_a_study_with_somebody_in_every_state_is_valid(enter: Enter, export: Export) -> None:
    for number, state in enumerate(State):
        enter(state, arm=("2d", "3d")[number % 2])
    content = export(FORM).read_bytes()
    assert problems(FORM, content) == []
    assert len(list(etree.fromstring(content).iter(f"{ODM}SubjectData"))) == len(State)


def test_the_schema_finds_what_is_wrong(enter: Enter, export: Export) -> None:
    """Control: what is not ODM is not valid."""
    enter(State.SCREENED)
    content = export(FORM).read_bytes()
    assert problems(FORM, content.replace(b'TransactionType="Insert"', b'TransactionType="New"'))
    assert problems(FORM, content.replace(b"SiteRef", b"SiteRefs"))


def test_a_finished_case_has_every_form_of_it(finished: Participant, export: Export) -> None:
    content = export(FORM).read_bytes()
    assert problems(FORM, content) == []
    root = etree.fromstring(content)
    found = {each.get("FormOID") for each in root.iter(f"{ODM}FormData")}
    assert {"FO.severity.1.0", "FO.surgical_finding.1.0", "FO.neurovascular_read.1.0"} <= found
    assert {"FO.nerve_measurement.1.0", "FO.image_quality.1.0", "FO.record.enrolments"} <= found


def test_every_reference_leads_to_a_definition(finished: Participant, export: Export) -> None:
    root = etree.fromstring(export(FORM).read_bytes())
    defined = {each.get("OID") for each in root.iter() if each.get("OID")}
    referred = {
        value for each in root.iter() for name, value in each.attrib.items()
        if name.endswith("OID") and name not in {"OID", "FileOID"}
    }  # fmt: skip
    assert referred <= defined


def test_a_change_is_a_transaction_with_who_when_and_why(
    cast: factory.Cast, finished: Participant, export: Export
) -> None:
    entry = FormEntry.objects.get(participant=finished, form="severity", visit="baseline")
    save_form(
        by=cast.coordinator, participant=finished, form="severity", visit="baseline",
        answers=entry.answers | {"smc_grade": "IV"}, seen_revision=entry.revision, submit=True,
        reasons={"smc_grade": "Misread <in> the source"},
    )  # fmt: skip
    root = etree.fromstring(export(FORM).read_bytes())
    path = "//o:FormData[@FormOID='FO.severity.1.0']"
    first, second = root.xpath(path, namespaces=NS)
    assert [first.get("TransactionType"), second.get("TransactionType")] == ["Insert", "Update"]
    items = {each.get("ItemOID"): each for each in second.iter(f"{ODM}ItemData")}
    assert set(items) == {"IT.severity.1.0.smc_grade", "IT.severity.1.0.smc_score"}
    changed = items["IT.severity.1.0.smc_grade"]
    assert (changed.get("TransactionType"), changed.get("Value")) == ("Update", "IV")
    assert changed.findtext(f"{ODM}AuditRecord/{ODM}ReasonForChange") == "Misread <in> the source"
    by = second.find(f"{ODM}AuditRecord/{ODM}UserRef")
    assert by is not None
    assert by.get("UserOID") == f"US.{cast.coordinator.username}"


def test_a_signature_says_who_what_and_when(
    cast: factory.Cast, finished: Participant, export: Export
) -> None:
    signature = sign_case(
        by=cast.investigator, participant=finished, password=factory.PASSWORD,
        meaning="Reviewed and approved",
    )  # fmt: skip
    content = export(FORM).read_bytes()
    assert problems(FORM, content) == []
    root = etree.fromstring(content)
    (found,) = root.iter(f"{ODM}Signature")
    assert signature.content_sha256 in str(found.findtext(f"{ODM}CryptoBindingManifest"))
    assert root.findtext(f".//{ODM}SignatureDef/{ODM}Meaning") == "Reviewed and approved"


def test_a_query_is_an_annotation_where_it_is_about(
    cast: factory.Cast, finished: Participant, export: Export
) -> None:
    query = open_query(
        by=cast.monitor, participant=finished, place=of_item("baseline", "severity", "smc_grade"),
        text="Is this what the source says?",
    )  # fmt: skip
    content = export(FORM).read_bytes()
    assert problems(FORM, content) == []
    item = "//o:ItemData[@ItemOID='IT.severity.1.0.smc_grade'][@TransactionType='Context']"
    (note,) = etree.fromstring(content).xpath(f"{item}/o:Annotation", namespaces=NS)
    assert note.get("SeqNum") == str(query.pk)
    assert "Is this what the source says?" in note.findtext(f"{ODM}Comment")
    assert note.findtext(f"{ODM}Flag/{ODM}FlagValue") == "open"


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\ufffe", "\x1f"])
def test_what_xml_cannot_write_does_not_break_the_document(bad: str) -> None:
    out = StringIO()
    xml = Xml(out)
    with xml.within("A", value=f"x{bad}\ty\n"):
        xml.leaf("B", f"x{bad}\ry")
    root = etree.fromstring(out.getvalue().encode())
    assert root.get("value") == "x\ufffd\ty\n"
    assert root[0].text == "x\ufffd\ry"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(forms())
def test_any_definition_exports(form: Form) -> None:
    out = StringIO()
    xml = Xml(out)
    with xml.within(
        "ODM", xmlns=NAMESPACE, FileType="Snapshot", FileOID="F", ODMVersion="1.3.2",
        CreationDateTime="2026-01-01T00:00:00Z",
    ):  # fmt: skip
        odm132_metadata.study(xml, current(), [form], TABLES)
    assert problems(FORM, out.getvalue().encode()) == []
    root = etree.fromstring(out.getvalue().encode())
    asked = root.xpath("//o:ItemDef[starts-with(@OID, $start)]", namespaces=NS,
                       start=f"IT.{form.key}.{form.version}.")  # fmt: skip
    assert [each.get("Name") for each in asked] == [item.name for item in form.items]
