"""What the forms say of a simulated patient (`trial.Patient`)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

GRADES = ("I", "II", "III", "IV")


def severity_of(patient: Any) -> dict[str, Any]:
    return {
        "assessed_on": timezone.localdate().isoformat(),
        "smc_grade": GRADES[patient.grade],
        "cohen_albert": str(patient.grade + 1),
        "jrs_severity": str(patient.grade + 1),
        "jrs_frequency": str(patient.grade + 1),
    }


def finding_of(patient: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operated": "yes",
        "operated_on": timezone.localdate().isoformat(),
        "surgeon": "Surgical team A",
        "side": patient.side,
        "compression": "yes" if patient.compressed else "no",
    }
    if patient.compressed:
        found |= {"vessel": patient.vessel, "segment": "rdp", "indentation": "yes"}
    return found


def answers_of(nvc: dict[str, str]) -> dict[str, str]:
    """A read's form that follows its criteria."""
    answers: dict[str, str] = {}
    for side, found in nvc.items():
        seen = {
            "perpendicular": "yes",
            "deviation": "no",
            "indentation": "yes",
            "segment": "rdp",
            "vessel": "aica",
            "grade": "indentation",
        }
        given = {"contact": found, "nvc": found, "confidence": "4"} | (
            seen if found == "yes" else {}
        )
        answers |= {f"{side}_{name}": value for name, value in given.items()}
    return answers
