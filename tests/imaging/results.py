"""A finished measurement's document, made up, in the shape of nerve-measurement/1."""

from __future__ import annotations

from typing import Any

ENDS = {
    "left": {"brainstem_mm": [2.0, 0.0, 0.0], "canal_mm": [8.0, -1.0, 1.0]},
    "right": {"brainstem_mm": [-2.0, 0.0, 0.0], "canal_mm": [-8.0, -1.0, 1.0]},
}


def nerve(area_mm2: float) -> dict[str, Any]:
    """A measured nerve of one area throughout, 6 mm long, with an artery on it."""
    return {
        "status": "measured",
        "reason": None,
        "flags": ["The neighbouring nerve runs within 0.3 mm."],
        "length_mm": 6.0,
        "volume_mm3": 6.0 * area_mm2,
        "volume_sd_mm3": 0.3,
        "csa_mean_mm2": area_mm2,
        "csa_mean_sd_mm2": 0.02,
        "csa_min_mm2": area_mm2,
        "csa_min_sd_mm2": 0.05,
        "csa_min_at_mm": 3.4,
        "csa_rez_mm2": area_mm2,
        "csa_rez_sd_mm2": 0.04,
        "profile": [
            {
                "arc_mm": 0.5 * step,
                "centre_mm": [2.0 + 0.5 * step, 0.0, 0.0],
                "normal": [1.0, 0.0, 0.0],
                "area_mm2": area_mm2,
                "area_sd_mm2": 0.06,
                "major_mm": 1.3,
                "minor_mm": 1.2,
            }
            for step in range(13)
        ],
        "contacts": [
            {
                "arc_mm": 3.4,
                "gap_mm": 0.0,
                "gap_sd_mm": 0.03,
                "angle_deg": 84.9,
                "vessel_diameter_mm": 1.2,
                "vessel": "artery",
                "indentation_fraction": 0.28,
                "deviation_mm": 0.6,
                "segment": "attached",
            }
        ],
        "vessels": [],
    }


def result(**nerves: dict[str, Any]) -> dict[str, Any]:
    """The document of both nerves; `left=` or `right=` puts another in its place."""
    return {
        "schema": "nerve-measurement/1",
        "software": {
            "name": "studysite",
            "version": "0.1.0",
            "numerics": "0123456789abcdef",
            "libraries": {"numpy": "2.4.6", "scipy": "1.17.1"},
        },
        "input": {
            "tof": {
                "sha256": "cd" * 32,
                "used": True,
                "method": "rigid",
                "shift_mm": 2.5,
                "turn_deg": 1.0,
            },
            "sha256": "ab" * 32,
            "size": [40, 36, 24],
            "spacing_mm": [0.5, 0.5, 0.5],
            "polarity": "dark",
        },
        "nerves": {"left": nerve(1.14), "right": nerve(1.31)} | nerves,
    }


def refused(reason: str = "The slices are 3.0 mm thick.") -> dict[str, Any]:
    """A refused nerve."""
    return {"status": "refused", "reason": reason, "reason_code": "voxels_too_large"}


def answers(**changes: str) -> dict[str, str]:
    """A whole read: an artery compresses the left nerve, the right one is free."""
    return {
        "left_contact": "yes",
        "left_perpendicular": "yes",
        "left_deviation": "no",
        "left_indentation": "yes",
        "left_segment": "rexp",
        "left_vessel": "aica",
        "left_grade": "indentation",
        "left_nvc": "yes",
        "left_confidence": "4",
        "right_contact": "no",
        "right_nvc": "no",
        "right_confidence": "5",
        **changes,
    }
