"""ODM 2.0: what has an element of its own there."""

from __future__ import annotations

from lxml import etree

from enrollment.models import Participant
from enrollment.places import of_form, of_item
from enrollment.protocol.loader import current
from enrollment.services.queries import answer_query, open_query
from reports.exports.odm2 import NAMESPACE
from tests.reports import factory
from tests.reports.exports.conftest import Export
from tests.reports.exports.schemas import problems

ODM = f"{{{NAMESPACE}}}"
NS = {"o": NAMESPACE}


def test_arms_criteria_objectives_and_windows_are_elements(db: None, export: Export) -> None:
    root = etree.fromstring(export("odm2").read_bytes())
    names = {
        tag: [each.get("Name") for each in root.iter(f"{ODM}{tag}")]
        for tag in ("Arm", "Criterion", "StudyObjective", "StudyEndPoint", "Epoch")
    }
    assert names["Arm"] == [arm.key for arm in current().arms]
    assert sorted(names["Criterion"]) == sorted(each.key for each in current().criteria)
    assert len(names["StudyObjective"]) == 2
    assert "nvc_accuracy" in names["StudyEndPoint"]
    (month,) = root.xpath("//o:RelativeTimingConstraint[@SuccessorOID='SE.month_3']", namespaces=NS)
    assert (month.get("TimepointRelativeTarget"), month.get("TimepointPreWindow")) == (
        "P120D",
        "P21D",
    )


def test_a_query_is_a_query_at_its_item_or_form(
    cast: factory.Cast, finished: Participant, export: Export
) -> None:
    place = of_item("baseline", "severity", "smc_grade")
    first = open_query(by=cast.monitor, participant=finished, place=place, text="Is this so?")
    answer_query(by=cast.coordinator, query=first, text="It is.")
    form = of_form("baseline", "severity")
    open_query(by=cast.data_manager, participant=finished, place=form, text="Why so late?")
    content = export("odm2").read_bytes()
    assert problems("odm2", content) == []
    root = etree.fromstring(content)
    (at_item,) = root.xpath("//o:ItemData/o:Query", namespaces=NS)
    assert (at_item.get("State"), at_item.get("Source")) == ("Answered", "Site Monitor")
    assert "Is this so?" in at_item.findtext(f"{ODM}Value")
    assert len(at_item.findall(f"{ODM}AuditRecord")) == 2
    (at_form,) = root.xpath("//o:ItemGroupData/o:Query", namespaces=NS)
    assert (at_form.get("State"), at_form.get("Source")) == ("Open", "Data Management")
