"""A result that hangs on where its ends were put, made to hang on that less.

Where voxels are large for the nerve or noise is high, radius, contrast and background are nearly
one parameter, and which of the last voxels count decides between them: on a scan of 0.7 mm, ends
0.1 mm elsewhere gave a mean area some per cent elsewhere. Such a nerve is fitted again in a shorter
and in a longer window; its areas are the mean of all three, and how far these differ is part of
their standard deviation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from .errors import Refused
from .fit import Fit
from .follow import FINE_KNOTS_MM, again, together
from .neighbourhood import place
from .refine import centre_of
from .scan import Scan
from .section import Profile, numbers_of, profile_of
from .volume import Array

SHIFTS_MM: Final = (0.9, -0.9)
SENSITIVE: Final = 0.05
REACH_MM: Final = 3.0


def steadied(scan: Scan, joint: Fit, fits: list[Fit], ends: list[Array]) -> list[Profile]:
    """Each side's profile from the joint fit, or from it and two more windows where the mean area
    of a side is uncertain by over SENSITIVE.

    fits: each nerve's own fit. ends: (2, 3) of each, where it begins and ends.
    """
    profiles = [profile_of(joint, number) for number in range(len(fits))]
    if max(_relative_sd(profile) for profile in profiles) < SENSITIVE:
        return profiles
    areas = [[profile.area_mm2] for profile in profiles]
    for shift_mm in SHIFTS_MM:
        try:
            moved = [_moved(fit, own, shift_mm) for fit, own in zip(fits, ends, strict=True)]
            own = [again(scan, f, e, FINE_KNOTS_MM) for f, e in zip(fits, moved, strict=True)]
            other = together(scan, own, moved)
        except Refused:
            continue
        for number, found in enumerate(areas):
            found.append(_areas_there(joint, other, number, profiles[number]))
    return [_pooled(one, found) for one, found in zip(profiles, areas, strict=True)]


def _relative_sd(profile: Profile) -> float:
    numbers = numbers_of(profile)
    return numbers.csa_mean_sd_mm2 / numbers.csa_mean_mm2


def _moved(fit: Fit, ends: Array, inwards_mm: float) -> Array:
    """Both ends, (2, 3), moved along the nerve."""
    course = fit.sides[0].strands[0].course
    tangents = course.frames_at(np.array([0.0, course.length_mm]))[0]
    return np.asarray(ends + inwards_mm * tangents * np.array([[1.0], [-1.0]]))


def _areas_there(joint: Fit, other: Fit, number: int, profile: Profile) -> Array:
    """The areas of another fit at this one's sections, (n,)."""
    strand = other.sides[number].strands[0]
    centres = centre_of(joint.sides[number].strands[0], profile.arc_mm)
    arc_mm = place(np.ascontiguousarray(centres), strand.course, REACH_MM).arc_mm
    return np.asarray(np.pi * strand.shape(arc_mm).radius_mm ** 2)


def _pooled(profile: Profile, areas: list[Array]) -> Profile:
    """The mean of several windows' areas, their scatter added to the covariance."""
    mean = np.mean(areas, axis=0)
    apart = np.array(areas) - mean
    scatter = apart.T @ apart / max(len(areas) - 1, 1)
    return replace(profile, area_mm2=mean, covariance=profile.covariance + scatter)
