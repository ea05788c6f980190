"""Small phantoms for the pictures' tests, each made once."""

from __future__ import annotations

from functools import cache

import numpy as np

from imaging.nerve.phantom import Phantom, simulate
from imaging.nerve.volume import Volume
from imaging.render.course import NerveCourse


@cache
def phantom(name: str, **changes: object) -> Phantom:
    return simulate(name, seed=1, **changes)


def course(found: Phantom, side: str = "left") -> NerveCourse:
    return NerveCourse.from_json(found.truth["nerves"][side])


def circle(radius_mm: float, length_mm: float) -> NerveCourse:
    """A nerve of 0.5 mm radius on a circle in the axial plane, about the origin."""
    turn = np.arange(0, length_mm, 0.25) / radius_mm
    rows = [
        {
            "arc_mm": float(radius_mm * angle),
            "centre_mm": [radius_mm * np.cos(angle), radius_mm * np.sin(angle), 0.0],
            "area_mm2": np.pi * 0.25,
            "area_sd_mm2": 0.02,
        }
        for angle in turn
    ]
    return NerveCourse.from_json({"status": "measured", "profile": rows, "contacts": []})


def grid(values, spacing_mm: float = 0.4, half_mm: float = 12.0) -> Volume:
    """A volume about the origin whose voxels are values(points)."""
    count = int(2 * half_mm / spacing_mm) + 1
    affine = np.diag([spacing_mm, spacing_mm, spacing_mm, 1.0])
    affine[:3, 3] = -half_mm
    index = np.stack(np.meshgrid(*[np.arange(count)] * 3, indexing="ij"), axis=-1)
    return Volume(values(index * spacing_mm - half_mm), affine)
