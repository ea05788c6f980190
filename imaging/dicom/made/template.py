"""Whether a structured report is one of TID 1500 as we write it: dciodvfy checks no templates.

Walks the content tree by concept names, knows nothing of how it was made, and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset

from imaging.dicom.made import codes as our

Concept = tuple[str, str]
TITLE: Concept = ("126000", "DCM")
MEASUREMENTS: Concept = ("126010", "DCM")
GROUP: Concept = ("125007", "DCM")
TRACKING_ID: Concept = ("112039", "DCM")
TRACKING_UID: Concept = ("112040", "DCM")
FINDING: Concept = ("121071", "DCM")
FINDING_SITE: Concept = ("363698007", "SCT")
METHOD: Concept = ("370129005", "SCT")
ALGORITHM: Concept = ("111001", "DCM")
ALGORITHM_VERSION: Concept = ("111003", "DCM")
LATERALITY: Concept = (our.LATERALITY.value, "SCT")
SEGMENT: Concept = ("121191", "DCM")
KIND: Concept = (our.VESSEL_KIND.value, our.SCHEME)
ONCE = {
    TRACKING_ID: "tracking identifier",
    TRACKING_UID: "tracking UID",
    FINDING: "finding",
    ALGORITHM: "algorithm",
    ALGORITHM_VERSION: "version of the algorithm",
    METHOD: "method",
    SEGMENT: "segment",
    FINDING_SITE: "finding site",
}
# Each group has these, of derivations where there are several: name, how often.
NUMBERS = {our.AREA.value: (2, 3), our.VOLUME.value: (1, 1), our.LENGTH.value: (1, 1)}

# What groups of places have, each with where it was measured.
PLACED = (our.CONTACT.value, our.CENTRELINE.value)
CONTACT = {our.VESSEL_GAP.value: "POINT"}
COURSE = {our.LENGTH.value: "POLYLINE", our.AREA.value: "POINT"}


def faults(report: Dataset) -> list[str]:
    """What is wrong with a report's content, in words; nothing where it is right."""
    found = [] if _name(report) == TITLE else ["the title is not that of a measurement report"]
    template = report.get("ContentTemplateSequence") or [Dataset()]
    if template[0].get("TemplateIdentifier") != "1500":
        found.append("it does not say that it is of template 1500")
    containers = _children(report, MEASUREMENTS)
    if len(containers) != 1:
        return [*found, "it has not one container of measurements"]
    groups = _children(containers[0], GROUP)
    if not groups:
        found.append("it has no measurement group")
    for group in groups:
        found += _placed_faults(group) if _finding(group) in PLACED else _group_faults(group)
    uids = [_children(group, TRACKING_UID)[0].UID for group in groups if _has_uid(group)]
    if len(uids) != len(set(uids)):
        found.append("two groups have one tracking UID")
    return [*found, *_undeclared(report)]


def _finding(group: Dataset) -> str:
    findings = _children(group, FINDING)
    values = findings[0].get("ConceptCodeSequence") or [] if findings else []
    return str(values[0].get("CodeValue")) if values else ""


def _placed_faults(group: Dataset) -> Iterator[str]:
    """Of a group that is about places on the nerve, not about a segment."""
    for concept, word in ONCE.items():
        if concept != SEGMENT and len(_children(group, concept)) != 1:
            yield f"a group of places has not one {word}"
    yield from _side_faults(group)
    contact = _finding(group) == our.CONTACT.value
    if contact and len(_children(group, KIND)) != 1:
        yield "a contact has not one kind of vessel"
    numbers = [item for item in _items(group) if item.get("ValueType") == "NUM"]
    for value, kind in (CONTACT if contact else COURSE).items():
        named = [item for item in numbers if _name(item)[0] == value]
        if len(named) != 1:
            yield f"a group of places has not one {value}"
        for item in named:
            yield from _place_faults(item, kind)
    for item in numbers:
        yield from _number_faults(item)


def _place_faults(item: Dataset, kind: str) -> Iterator[str]:
    places = [one for one in _items(item) if one.get("ValueType") == "SCOORD3D"]
    if [one.get("GraphicType") for one in places] != [kind]:
        yield f"{_name(item)[0]} has not one {kind} for where it was measured"
    for one in places:
        if not one.get("ReferencedFrameOfReferenceUID"):
            yield "a place has no frame of reference"


def _side_faults(group: Dataset) -> Iterator[str]:
    for site in _children(group, FINDING_SITE):
        if len(_children(site, LATERALITY)) != 1:
            yield "a finding site has no side"


def _group_faults(group: Dataset) -> Iterator[str]:
    for concept, word in ONCE.items():
        if len(_children(group, concept)) != 1:
            yield f"a group has not one {word}"
    yield from _side_faults(group)
    numbers = [item for item in _items(group) if item.get("ValueType") == "NUM"]
    for value, (fewest, most) in NUMBERS.items():
        count = sum(_name(item)[0] == value for item in numbers)
        if not fewest <= count <= most:
            yield f"a group has {count} numbers of {value}"
    for item in numbers:
        yield from _number_faults(item)


def _number_faults(item: Dataset) -> Iterator[str]:
    name, values = _name(item)[0], item.get("MeasuredValueSequence") or []
    if len(values) != 1:
        yield f"{name} has not one value"
        return
    unit = values[0].get("MeasurementUnitsCodeSequence") or [Dataset()]
    wanted = our.UNITS.get(name)
    if wanted is None:
        yield f"{name} is nothing that we measure"
    elif (unit[0].get("CodeValue"), unit[0].get("CodingSchemeDesignator")) != (
        wanted.value,
        "UCUM",
    ):
        yield f"{name} is in {unit[0].get('CodeValue')}, not in {wanted.value}"
    if float(values[0].NumericValue) < 0 and name != our.VESSEL_GAP.value:
        yield f"{name} is less than nothing"


def _undeclared(report: Dataset) -> Iterator[str]:
    declared = {
        item.get("CodingSchemeDesignator")
        for item in report.get("CodingSchemeIdentificationSequence") or []
    }
    used = {
        element.value
        for element in report.iterall()
        if element.keyword == "CodingSchemeDesignator" and str(element.value).startswith("99")
    }
    for scheme in sorted(used - declared):
        yield f"the scheme {scheme} is not declared"


def _items(container: Dataset) -> Sequence[Dataset]:
    return container.get("ContentSequence") or []


def _children(container: Dataset, concept: Concept) -> list[Dataset]:
    return [item for item in _items(container) if _name(item) == concept]


def _has_uid(group: Dataset) -> bool:
    return bool(_children(group, TRACKING_UID))


def _name(item: Dataset) -> Concept:
    names = item.get("ConceptNameCodeSequence") or [Dataset()]
    return str(names[0].get("CodeValue")), str(names[0].get("CodingSchemeDesignator"))
