"""What keeps a nerve from being measured: a tumour on it, a stretch of it that is not there."""

from __future__ import annotations

import numpy as np

from imaging.nerve.phantom_courses import Course
from imaging.nerve.phantom_settings import Settings
from imaging.nerve.phantom_shapes import Body, Ellipsoid, round_tube
from imaging.nerve.phantom_strands import Nerve

SQUAT = 0.85
LOST_RADIUS_MM = 1.2


def lesions(settings: Settings, nerve: Nerve) -> list[Body]:
    """Painted over the affected nerve, at `lesion_at_mm` from its brainstem end."""
    found: list[Body] = []
    if settings.missing_mm:
        half = settings.missing_mm / 2
        step = nerve.course.step_mm
        lost = nerve.at(np.arange(settings.lesion_at_mm - half, settings.lesion_at_mm + half, step))
        found.append(round_tube("fluid", Course(lost, step), LOST_RADIUS_MM))
    if settings.mass_mm:
        x, y, z = (float(v) for v in nerve.at(np.array(settings.lesion_at_mm)))
        wide = settings.mass_mm / 2
        found.append(Ellipsoid("tumour", (x, y, z), (wide, wide, SQUAT * wide)))
    return found
