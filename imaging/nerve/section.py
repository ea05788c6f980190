"""From a fitted strand to its cross-sections and their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .fit import Fit, contrast_to_noise
from .noise import sharing
from .normal import inverse
from .result import Moved, Numbers, Point, Section
from .start import depth_inside
from .strand import Strand
from .volume import Array

SECTION_MM: Final = 0.25
REZ_MM: Final = 3.0
WINDOW_MM: Final = 10.0
DRAWS: Final = 400
END_SD_MM: Final = 0.5
INTERPOLATED: Final = 1.3
NOISELESS_SNR: Final = 400.0
BESIDE_MM: Final = 0.7
UNKNOWN_SPREAD: Final = 0.025


@dataclass(frozen=True)
class Profile:
    """Area along the nerve. arc_mm, area_mm2: (n,); covariance: (n, n) of the areas, priors
    included; bound: (n, n), the Cramer-Rao bound without them."""

    arc_mm: Array
    area_mm2: Array
    covariance: Array
    bound: Array

    def mean(self, upto_mm: float) -> Array:
        """Weights (n,) of the mean area from 0 to upto_mm, by the trapezoidal rule."""
        return trapezoid(self.arc_mm, upto_mm) / upto_mm


def trapezoid(arc_mm: Array, upto_mm: float) -> Array:
    """Weights (n,) of the integral over [0, upto_mm] of a function known at arc_mm."""
    fine = np.linspace(0, upto_mm, 401)
    each = np.full(401, upto_mm / 400)
    each[[0, -1]] /= 2
    place = np.interp(fine, arc_mm, np.arange(len(arc_mm)))
    low = np.minimum(place.astype(int), len(arc_mm) - 2)
    part = place - low
    weights = np.zeros(len(arc_mm))
    np.add.at(weights, low, each * (1 - part))
    np.add.at(weights, low + 1, each * part)
    return weights


def sections_at(length_mm: float) -> Array:
    """Arc lengths of the sections, both ends included, at most SECTION_MM apart."""
    return np.linspace(0, length_mm, int(np.ceil(length_mm / SECTION_MM)) + 1)


def mean_area(fit: Fit, side: int) -> tuple[float, float]:
    """The nerve's mean area and its standard deviation as the fit has it, mm^2."""
    profile = _measured(fit, side)
    mean = profile.mean(float(profile.arc_mm[-1]))
    return float(mean @ profile.area_mm2), _sd(mean, profile.covariance)


def profile_of(fit: Fit, side: int) -> Profile:
    """The nerve's area along its course: pi R^2 of the area-equivalent radius.

    Noise that neighbours share tells of a scan resampled after it was taken: its point spread is no
    scanner's, so that all areas are uncertain together by UNKNOWN_SPREAD besides.
    """
    profile = _measured(fit, side)
    noiseless = contrast_to_noise(fit, side) >= NOISELESS_SNR
    if noiseless or noise_beside(fit, side) <= INTERPOLATED:
        return profile
    area = profile.area_mm2
    together = UNKNOWN_SPREAD**2 * np.outer(area, area)
    return replace(profile, covariance=profile.covariance + together)


def noise_beside(fit: Fit, number: int) -> float:
    """By how much neighbours share the noise beside the strands of a side: at the nerve itself
    neighbours share what the model leaves over, too."""
    if fit.sharing <= INTERPOLATED:
        return fit.sharing
    side = fit.sides[number]
    beside = side.trusted & (depth_inside(side.strands, side.near) < -BESIDE_MM)
    found = sharing(side.near.index[beside], fit.residuals[number][beside])
    return float(min(fit.sharing, found))


def _measured(fit: Fit, side: int) -> Profile:
    strand = fit.sides[side].strands[0]
    arc = sections_at(strand.course.length_mm)
    radius = strand.shape(arc).radius_mm
    slope = (2 * np.pi * radius)[:, None] * strand.radius.basis(arc)
    rows = np.arange(fit.block(side).start, fit.block(side).start + strand.radius.count)
    covariance = slope @ fit.covariance[np.ix_(rows, rows)] @ slope.T
    bound = slope @ free_covariance(fit, rows) @ slope.T
    return Profile(arc, np.pi * radius**2, covariance, bound)


def free_covariance(fit: Fit, rows: Array) -> Array:
    """Inverse Fisher information of these coefficients, all others unknown too."""
    return np.asarray(inverse(fit.information)[np.ix_(rows, rows)])


def numbers_of(profile: Profile) -> Numbers:
    """Mean, minimum, volume and their standard deviations."""
    length = float(profile.arc_mm[-1])
    area = profile.area_mm2
    mean = profile.mean(length)
    rez = profile.mean(min(REZ_MM, length))
    mean_sd = _sd(mean, profile.covariance)
    thin = int(np.argmin(area))
    lowest, interval = minimum(profile)
    window = trapezoid(profile.arc_mm, WINDOW_MM) if length >= WINDOW_MM else None
    return Numbers(
        length_mm=length,
        volume_mm3=float(mean @ area) * length,
        volume_sd_mm3=mean_sd * length,
        volume_10mm_mm3=None if window is None else float(window @ area),
        volume_10mm_sd_mm3=None if window is None else _sd(window, profile.covariance),
        csa_mean_mm2=float(mean @ area),
        csa_mean_sd_mm2=mean_sd,
        csa_mean_bound_mm2=_sd(mean, profile.bound),
        csa_min_mm2=lowest,
        csa_min_sd_mm2=float(np.sqrt(profile.covariance[thin, thin])),
        csa_min_at_mm=float(profile.arc_mm[thin]),
        csa_min_interval_mm2=interval,
        csa_rez_mm2=float(rez @ area),
        csa_rez_sd_mm2=_sd(rez, profile.covariance),
        moved=moved(profile),
    )


def moved(profile: Profile) -> Moved:
    """What END_SD_MM at each end would do, by how fast each value changes with its ends."""
    length = float(profile.arc_mm[-1])
    mean = float(profile.mean(length) @ profile.area_mm2)
    first, last = (float(area) for area in profile.area_mm2[[0, -1]])
    rez_mm = min(REZ_MM, length)

    def at(arc_mm: float) -> float:
        return float(np.interp(arc_mm, profile.arc_mm, profile.area_mm2))

    return Moved(
        volume_mm3=END_SD_MM * float(np.hypot(first, last)),
        volume_10mm_mm3=END_SD_MM * abs(at(WINDOW_MM) - first) if length >= WINDOW_MM else None,
        csa_mean_mm2=END_SD_MM * float(np.hypot(first - mean, last - mean)) / length,
        csa_rez_mm2=END_SD_MM * abs(at(rez_mm) - first) / rez_mm,
    )


def minimum(profile: Profile) -> tuple[float, tuple[float, float]]:
    """The smallest area and its 95 % interval, mm^2.

    The smallest of many uncertain sections lies below the true minimum. By how much is seen from
    draws of whole profiles around a profile as uneven as the nerve itself can be: of the measured
    unevenness, what uncertainty alone explains is taken off.
    """
    values, vectors = np.linalg.eigh(profile.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    draws = np.random.default_rng(20201127).standard_normal((DRAWS, len(values)))
    even = _evened(profile)
    lowest: Array = np.min(even + draws @ root.T, axis=1) - even.min()
    seen = float(profile.area_mm2.min())
    mean = float(profile.mean(float(profile.arc_mm[-1])) @ profile.area_mm2)
    below, middle, above = np.quantile(lowest, [0.025, 0.5, 0.975])
    return min(seen - float(middle), mean), (max(seen - float(above), 0.0), seen - float(below))


def _evened(profile: Profile) -> Array:
    """The areas drawn towards their mean as far as uncertainty explains that they differ."""
    count = len(profile.area_mm2)
    apart = profile.area_mm2 - profile.area_mm2.mean()
    centring = np.eye(count) - 1 / count
    explained = float(np.trace(centring @ profile.covariance @ centring)) / count
    real = max(0.0, 1 - explained / max(float(np.mean(apart**2)), 1e-12))
    return np.asarray(profile.area_mm2.mean() + real * apart)


def _sd(weights: Array, covariance: Array) -> float:
    return float(np.sqrt(max(float(weights @ covariance @ weights), 0.0)))


def sections_of(strand: Strand, profile: Profile) -> tuple[Section, ...]:
    """Cuts perpendicular to the fitted centreline."""
    arc = profile.arc_mm
    shape = strand.shape(arc)
    tangents, normals, binormals = strand.course.frames_at(arc)
    centre = strand.course.at(arc)
    centre = centre + shape.u_mm[:, None] * normals + shape.v_mm[:, None] * binormals
    flat = np.hypot(shape.cosine, shape.sine)
    stretch = ((1 + flat) / (1 - flat)) ** 0.25
    deviation = np.sqrt(np.maximum(np.diag(profile.covariance), 0))
    radius = np.sqrt(profile.area_mm2 / np.pi)
    return tuple(
        Section(
            arc_mm=float(arc[i]),
            centre_mm=_point(centre[i]),
            normal=_point(tangents[i]),
            area_mm2=float(profile.area_mm2[i]),
            area_sd_mm2=float(deviation[i]),
            major_mm=float(2 * radius[i] * stretch[i]),
            minor_mm=float(2 * radius[i] / stretch[i]),
        )
        for i in range(len(arc))
    )


def _point(values: Array) -> Point:
    return float(values[0]), float(values[1]), float(values[2])
