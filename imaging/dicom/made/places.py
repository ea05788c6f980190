"""What of a nerve has a place on its course, each a measurement group (TID 1501) of the report: the
centreline itself, which no group of a segment may hold, and the vessels that touch the nerve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import highdicom.sr as sr
from pydicom.sr.coding import Code

from imaging.dicom.made import codes as our
from imaging.dicom.made.line import Line, number
from imaging.dicom.made.source import MODEL, Measured

# What of a contact is told besides its gap, where it was measured.
MORE = (
    (our.ALONG, "arc_mm"),
    (our.DIAMETER, "vessel_diameter_mm"),
    (our.ANGLE, "angle_deg"),
    (our.INDENTATION, "indentation_fraction"),
    (our.DEVIATION, "deviation_mm"),
)


def course_group(measured: Measured, side: str) -> sr.MeasurementsAndQualitativeEvaluations:
    """The centreline, with the length along it, and the place of the smallest section."""
    nerve = measured.document["nerves"][side]
    line = Line.of(nerve, measured.images[0])
    place = [line.point(nerve["csa_min_at_mm"])]
    smallest = nerve["csa_min_mm2"]
    return _group(
        measured,
        side,
        tracked=(f"course {side}", f"facial nerve {side}, centreline"),
        finding=our.CENTRELINE,
        method=our.BY_HAND if "by_hand" in nerve else our.PERPENDICULAR,
        measurements=[
            number(our.LENGTH, nerve["length_mm"], referenced_coordinates=[line.whole()]),
            number(our.AREA, smallest, derivation=our.MINIMUM, referenced_coordinates=place),
        ],
    )


def contact_groups(
    measured: Measured, side: str
) -> Iterator[sr.MeasurementsAndQualitativeEvaluations]:
    """One group a contact that the software found. What readers find is theirs, and not here."""
    nerve = measured.document["nerves"][side]
    line = Line.of(nerve, measured.images[0])
    for place, contact in enumerate(nerve.get("contacts", ()), start=1):
        kind = our.VESSELS[contact["vessel"]]
        yield _group(
            measured,
            side,
            tracked=(f"contact {side} {place}", f"facial nerve {side}, vessel {place}"),
            finding=our.CONTACT,
            method=our.PERPENDICULAR,
            measurements=_numbers(contact, line),
            qualitative_evaluations=[sr.QualitativeEvaluation(name=our.VESSEL_KIND, value=kind)],
        )


def _group(
    measured: Measured,
    side: str,
    *,
    tracked: tuple[str, str],
    finding: Code,
    method: Code,
    **more: Any,
) -> sr.MeasurementsAndQualitativeEvaluations:
    what, words = tracked
    site = sr.FindingSite(anatomic_location=our.FACIAL_NERVE, laterality=our.SIDES[side])
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(uid=measured.uid(what), identifier=words),
        finding_type=finding,
        method=method,
        algorithm_id=sr.AlgorithmIdentification(name=MODEL, version=measured.software),
        finding_sites=[site],
        **more,
    )


def _numbers(contact: dict[str, Any], line: Line) -> list[sr.Measurement]:
    where = [line.point(contact["arc_mm"])]
    found = [number(our.VESSEL_GAP, contact["gap_mm"], referenced_coordinates=where)]
    told = ((name, contact.get(key)) for name, key in MORE)
    return [*found, *(number(name, value) for name, value in told if value is not None)]
