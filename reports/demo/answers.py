"""What the made-up patients' forms say."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from enrollment.journey import State
from enrollment.protocol.loader import current
from reports.demo.people import Patient

# Those after this one are taken in under version 1.1 of the protocol.
LAST_BEFORE_AMENDMENT = 3
# It asks for the short scales alone.
FIRST_VERSION = "1.0"
# Women born later have a pregnancy test before the scan.
TESTED_AFTER = 1978


def demographics(patient: Patient) -> dict[str, Any]:
    """History and treatment before."""
    treated = patient.seed % 3 == 0
    return {
        "handedness": "right",
        "hypertension": "yes" if patient.seed % 2 else "no",
        "family_history": "no",
        "botulinum": "yes" if treated else "no",
        **({"botulinum_last": "2024-05"} if treated else {}),
        "carbamazepine": "yes" if patient.seed % 4 == 0 else "no",
    }


def safety(patient: Patient) -> dict[str, Any]:
    """Before the scan."""
    tested = patient.sex == "female" and patient.birth_on.year > TESTED_AFTER
    paced = patient.target == State.SCREEN_FAILED
    return {
        "pacemaker": "yes" if paced else "no",
        "metal_implant": "no",
        "claustrophobia": "no",
        "pregnancy_test": "negative" if tested else "not_applicable",
        # One answer that a check finds unlikely, and asks about.
        "weight_kg": 154 if patient.target == State.QUALITY_CHECKED else 58 + patient.seed,
    }


def severity(patient: Patient) -> dict[str, Any]:
    """The scales that the protocol chooses."""
    grade = 1 + patient.seed % 4
    many = {
        f"{scale}_{number}": str((grade + number) % 5)
        for scale, count in (("hfs_7", 7), ("hfs_36", 36))
        for number in range(1, count + 1)
    }
    return {
        **(many if current().version != FIRST_VERSION else {}),
        "assessed_on": timezone.localdate().isoformat(),
        "smc_grade": ("I", "II", "III", "IV")[grade - 1],
        "cohen_albert": str(grade),
        "jrs_severity": str(grade),
        "jrs_frequency": str(grade),
    }


def surgical_finding(patient: Patient) -> dict[str, Any]:
    """A compression by the AICA, as in most of them."""
    return {
        "operated": "yes",
        "operated_on": timezone.localdate().isoformat(),
        "surgeon": "Surgical team A",
        "side": patient.side,
        "compression": "yes",
        "vessel": "aica",
        "segment": "rdp",
        "indentation": "yes",
    }


def scan(patient: Patient) -> dict[str, Any]:
    """The examination, on one of three scanners."""
    makers = ("siemens", "ge", "philips")
    return {
        "scanned_on": timezone.localdate().isoformat(),
        "manufacturer": makers[patient.seed % 3],
        "field_strength_tesla": 3,
        "sequences": [("ciss", "fiesta_c", "space")[patient.seed % 3], "tof"],
        "finished": "yes",
    }


def follow_up(patient: Patient) -> dict[str, Any]:
    """On the day of discharge."""
    palsied = patient.seed == 2
    return {
        "seen_on": timezone.localdate().isoformat(),
        "contact": "ward",
        "spasm": "much_better" if palsied else "gone",
        "complications": ["facial_palsy"] if palsied else ["none"],
        **({"house_brackmann": "II"} if palsied else {}),
        "botulinum_since": "no",
        "operated_again": "no",
    }


def log(patient: Patient) -> list[tuple[str, dict[str, Any]]]:
    """What went wrong with a few of them."""
    today = timezone.localdate().isoformat()
    event = {
        "event": "Claustrophobia during the scan",
        "began_on": today,
        "grade": "mild",
        "serious": "no",
        "related_to_mri": "certain",
        "measures": ["none"],
        "outcome": "resolved",
        "ended_on": today,
    }
    serious = {
        "event": "Fall in the scanner room, fracture of the wrist",
        "began_on": today,
        "grade": "severe",
        "serious": "yes",
        "serious_because": ["hospital"],
        "related_to_mri": "possible",
        "measures": ["scan_stopped", "treated"],
        "outcome": "resolving",
        "reported_on": today,
        "follow_up": "Seen by the orthopaedic surgeon; plaster for four weeks.",
    }
    deviation = {
        "found_on": today,
        "source": "person",
        "category": "procedure",
        "grade": "minor",
        "description": "Weight was asked for and not measured.",
        "effect": "nothing",
        "settled_on": today,
    }
    told = {3: [("adverse_event", event)], 9: [("adverse_event", serious)]}
    return told.get(patient.seed, []) + ([("deviation", deviation)] if patient.seed == 5 else [])
