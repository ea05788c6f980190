"""Design, timing, objectives, end points and criteria as ODM 2.0 writes them."""

from __future__ import annotations

from enrollment.protocol.definition import Protocol
from reports.exports import names
from reports.exports.objectives import ENDPOINTS, OBJECTIVES
from reports.exports.odm2_items import worded
from reports.exports.xml import Xml

EPOCHS = (("screening", "Screening", "筛选"), ("study", "After enrolment", "入组后"))


def protocol_of(xml: Xml, protocol: Protocol) -> None:
    """The whole of `Protocol`."""
    with xml.within("Protocol"):
        worded(xml, "Description", protocol.title_en, protocol.title_zh)
        _structure(xml, protocol)
        _timings(xml, protocol)
        with (
            xml.within("StudyIndications"),
            xml.within("StudyIndication", OID="ID.hemifacial_spasm"),
        ):
            worded(xml, "Description", "Hemifacial spasm", "面肌痉挛")
        with xml.within("StudyInterventions"), xml.within("StudyIntervention", OID="IV.mri"):
            worded(xml, "Description", "Scanning with MRI", "磁共振扫描")
        _objectives(xml)
        _criteria(xml, protocol)
        xml.leaf("Alias", Context="ClinicalTrials.gov", Name=protocol.registry_id)
        xml.leaf("Alias", Context="sponsor protocol", Name=protocol.site_protocol_id)


def _structure(xml: Xml, protocol: Protocol) -> None:
    with xml.within("StudyStructure"):
        for arm in protocol.arms:
            with xml.within("Arm", OID=f"AR.{arm.key}", Name=arm.key):
                worded(xml, "Description", arm.label_en, arm.label_zh)
        for number, (key, english, chinese) in enumerate(EPOCHS, start=1):
            with xml.within("Epoch", OID=f"EP.{key}", Name=english, SequenceNumber=number):
                worded(xml, "Description", english, chinese)


def _timings(xml: Xml, protocol: Protocol) -> None:
    """The day of each visit after enrolment, with which screening ends, and its window."""
    planned = [visit for visit in protocol.visits if visit.after_enrolment_days is not None]
    first = protocol.visits[0].key
    if not planned:
        return
    with (
        xml.within("StudyTimings"),
        xml.within("StudyTiming", OID="TI.visits", Name="Days after enrolment"),
    ):
        for visit in planned:
            window = f"P{visit.window_days}D"
            with xml.within(
                "RelativeTimingConstraint",
                OID=f"TC.{visit.key}",
                Name=visit.label_en,
                PredecessorOID=names.event(first),
                SuccessorOID=names.event(visit.key),
                Type="FinishToStart",
                TimepointRelativeTarget=f"P{visit.after_enrolment_days}D",
                TimepointPreWindow=window,
                TimepointPostWindow=window,
            ):
                worded(xml, "Description", "Days after enrolment", "入组后天数")


def _objectives(xml: Xml) -> None:
    with xml.within("StudyObjectives"):
        for each in OBJECTIVES:
            with xml.within(
                "StudyObjective", OID=f"OB.{each.key}", Name=each.key, Level=each.level
            ):
                worded(xml, "Description", each.en, each.zh)
                for number, key in enumerate(each.endpoints, start=1):
                    xml.leaf("StudyEndPointRef", StudyEndPointOID=f"EN.{key}", OrderNumber=number)
    with xml.within("StudyEndPoints"):
        for point in ENDPOINTS:
            with xml.within(
                "StudyEndPoint",
                OID=f"EN.{point.key}",
                Name=point.key,
                Type="Simple",
                Level=point.level,
            ):
                worded(xml, "Description", point.en, point.zh)


def _criteria(xml: Xml, protocol: Protocol) -> None:
    kinds = {"InclusionCriteria": False, "ExclusionCriteria": True}
    with xml.within("InclusionExclusionCriteria"):
        for name, excludes in kinds.items():
            rows = [each for each in protocol.criteria if each.excludes is excludes]
            if not rows:
                continue
            with xml.within(name):
                for row in rows:
                    with xml.within(
                        "Criterion",
                        OID=f"CR.{row.key}",
                        Name=row.key,
                        ConditionOID=f"CO.criterion.{row.key}",
                    ):
                        worded(xml, "Description", row.label_en, row.label_zh)
