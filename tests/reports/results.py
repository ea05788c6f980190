"""Made-up results of a measurement: documents in their published shape, and pictures."""

from __future__ import annotations

import hashlib
import math
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image


def nerve(mean_mm2: float, low_mm2: float, volume_mm3: float, **more: Any) -> dict[str, Any]:
    """A measured nerve whose profile dips to its minimum at 3.4 mm."""
    profile = [
        {
            "arc_mm": round(0.4 * n, 3),
            "centre_mm": [-12.1 + 0.3 * n, 4.0, 33.2],
            "normal": [0.8, 0.5, 0.1],
            "area_mm2": round(
                mean_mm2
                + 0.06 * math.sin(n / 3)
                - (mean_mm2 - low_mm2) * math.exp(-(((0.4 * n - 3.4) / 0.7) ** 2)),
                4,
            ),
            "area_sd_mm2": 0.05,
            "major_mm": 1.4,
            "minor_mm": 1.2,
        }
        for n in range(39)
    ]
    return {
        "status": "measured",
        "reason": None,
        "flags": [],
        "length_mm": 15.2,
        "volume_mm3": volume_mm3,
        "volume_sd_mm3": 0.3,
        "csa_mean_mm2": mean_mm2,
        "csa_mean_sd_mm2": 0.02,
        "csa_min_mm2": low_mm2,
        "csa_min_sd_mm2": 0.05,
        "csa_min_at_mm": 3.4,
        "csa_rez_mm2": 1.02,
        "profile": profile,
        "contacts": [],
    } | more


CONTACT = {
    "arc_mm": 3.4,
    "gap_mm": 0.01,
    "gap_sd_mm": 0.03,
    "angle_deg": 84.9,
    "vessel_diameter_mm": 1.2,
    "vessel": "artery",
    "indentation_fraction": 0.28,
    "deviation_mm": 0.6,
}
REFUSED = {"status": "refused", "reason": "The slices of 5.0 mm are too thick for a nerve of 1 mm."}


def result(
    left: dict[str, Any] | None = None, right: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A nerve-measurement/1 document of both nerves."""
    return {
        "schema": "nerve-measurement/1",
        "software": {"name": "studysite", "version": "0.1.0"},
        "input": {
            "sha256": "ab" * 32,
            "size": [512, 512, 96],
            "spacing_mm": [0.4, 0.4, 0.4],
            "polarity": "dark",
        },
        "nerves": {
            "left": left or nerve(1.14, 0.81, 17.3, contacts=[CONTACT]),
            "right": right or nerve(1.52, 1.31, 23.1),
        },
    }


def make_pictures() -> dict[str, dict[str, str]]:
    """Four pictures a side in the store of documents, and four plain ones for readers."""
    drawn = ("mpr.png", "cpr_straightened.png", "cpr_stretched.png", "endoscopy.png")
    names = (*drawn, *(f"plain_{name}" for name in drawn))
    return {
        side: {
            name: _picture(20 * number + 10 * (side == "left"))
            for number, name in enumerate(names, 1)
        }
        for side in ("left", "right")
    }


def _picture(grey: int) -> str:
    out = BytesIO()
    Image.linear_gradient("L").resize((480, 320)).point(lambda value: (value + grey) % 256).save(
        out, "PNG"
    )
    name = f"pictures/{hashlib.sha256(out.getvalue()).hexdigest()}.png"
    if not storages["documents"].exists(name):
        storages["documents"].save(name, ContentFile(out.getvalue()))
    return name
