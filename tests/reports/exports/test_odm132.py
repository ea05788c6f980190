"""ODM 1.3.2: the audit record, signature and query of each datum."""

from __future__ import annotations

from lxml import etree

from enrollment.models import FormEntry, Participant
from enrollment.places import of_item
from enrollment.services.forms import save_form
from enrollment.services.queries import open_query
from reports.exports.odm132 import NAMESPACE
from reports.services.signing import sign_case
from tests.reports import factory
from tests.reports.exports.conftest import Export
from tests.reports.exports.schemas import problems

FORM = "odm132"
ODM = f"{{{NAMESPACE}}}"
NS = {"o": NAMESPACE}


def test_a_finished_case_has_every_form_of_it(finished: Participant, export: Export) -> None:
    content = export(FORM).read_bytes()
    assert problems(FORM, content) == []
    root = etree.fromstring(content)
    found = {each.get("FormOID") for each in root.iter(f"{ODM}FormData")}
    assert {"FO.severity.1.0", "FO.surgical_finding.1.0", "FO.neurovascular_read.1.0"} <= found
    assert {"FO.nerve_measurement.1.0", "FO.image_quality.1.0", "FO.record.enrolments"} <= found


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
