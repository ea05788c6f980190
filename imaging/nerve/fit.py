"""Maximum-likelihood fit of blurred tubes to native voxels, both nerves of a participant at once.

Model of one side:  I(x) = b(x) + C a(x) sum_k F_k(x),  seen through Rice's mean and variance where
the image is a magnitude. b is a spline along the nerve with slopes across it; a = b where
the strand is darker than fluid (the coil's sensitivity scales both) and 1 where it is brighter;
C is the nerve's contrast, the two sides' drawn together by a prior as
the same tissue; a vessel has its own. F_k is the share of the
voxel inside strand k. Levenberg-Marquardt on the chi-square with priors; the stiffness of the
radius along the nerve is chosen by restricted likelihood (Wood and Fasiolo, Biometrics 73, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from .model import Side, coefficients_of, with_coefficients
from .normal import RIDGE, Problem, System, inverse, likeness_of
from .response import Sampling
from .spread import COUNT, PointSpread
from .strand import Strand
from .volume import Array

STEPS = 12
CONVERGED = 0.02
FREEDOM = 0.5
OUTLIER = 4.5
UNLIKE_DARK = 0.02
UNLIKE_BRIGHT = 0.1


@dataclass(frozen=True)
class Fit:
    """sides as fitted; shared: contrasts C of the sides, then the point spread's variance beyond
    the voxel box, mm^2, and how far it is a k-space acquisition's (`model.expected`); sd, the
    noise; covariance of all coefficients, side after side (strands, background, own contrasts),
    the shared ones last; information: its inverse without priors; residuals: per side, (n,), in
    units of sd; chi: root mean square of the trusted ones."""

    sides: tuple[Side, ...]
    shared: Array
    multiplicative: bool
    sd: float
    covariance: Array
    information: Array
    residuals: tuple[Array, ...]
    chi: float
    settled: bool
    sharing: float

    @property
    def contrasts(self) -> Array:
        return self.shared[:-COUNT]

    @property
    def blur_mm2(self) -> float:
        return float(self.shared[-2])

    @property
    def band(self) -> float:
        return float(self.shared[-1])

    def block(self, side: int, strand: int = 0) -> slice:
        """Where a strand's coefficients stand in the covariance."""
        start = sum(s.size for s in self.sides[:side])
        start += sum(s.size for s in self.sides[side].strands[:strand])
        return slice(start, start + self.sides[side].strands[strand].size)


def contrast_to_noise(fit: Fit, number: int) -> float:
    """A side's contrast step over the noise."""
    side = fit.sides[number]
    level = float(np.mean(side.background[: side.ground.count])) if fit.multiplicative else 1.0
    return abs(float(fit.contrasts[number]) * level) / max(fit.sd, 1e-12)


def solve(
    sides: tuple[Side, ...],
    shared: Array,
    sd: float,
    *,
    multiplicative: bool,
    sampling: Sampling,
    magnitude: bool,
    spread: PointSpread,
    sharing: float = 1.0,
    steps: int = STEPS,
) -> Fit:
    """Levenberg-Marquardt from the given start, noise and stiffness re-estimated on the way.

    sharing: variance inflation by correlated noise (see `noise.sharing`); it tempers the
    likelihood, so that correlated noise is not taken for a bent nerve. spread: what is
    known of the point spread beforehand.
    """
    likeness = likeness_of(shared, UNLIKE_DARK if multiplicative else UNLIKE_BRIGHT)
    problem = Problem(sides, multiplicative, sampling, magnitude, sharing, likeness, shared, spread)
    now = problem.system(sides, shared, sd)
    damping, settled = 1e-3, False
    for _ in range(steps):
        tried, trial_shared, trial = _advance(problem, now, sides, shared, sd, damping)
        gain = now.cost - trial.cost
        settled = abs(gain) < CONVERGED
        if gain < 0 and not settled:
            damping *= 10
            if damping > 1e6:
                break
            continue
        sides, shared = tried, trial_shared
        damping = max(damping / 10, 1e-9)
        sides, better_sd = _retuned(sides, trial, sd, problem)
        penalty, prior_pull, prior = problem.priors(sides, shared)
        now = replace(
            trial.rescaled((sd / better_sd) ** 2),
            penalty=penalty,
            prior_pull=prior_pull,
            prior=prior,
        )
        sd = better_sd
        if settled:
            break
    return _finished(sides, shared, multiplicative, sd, now, settled, problem)


def _advance(
    problem: Problem,
    now: System,
    sides: tuple[Side, ...],
    shared: Array,
    sd: float,
    damping: float,
) -> tuple[tuple[Side, ...], Array, System]:
    curvature = now.curvature + np.diag((damping + RIDGE) * np.diag(now.curvature))
    if not np.all(np.isfinite(curvature)):
        raise np.linalg.LinAlgError("The curvature is not finite.")
    step = cho_solve(cho_factor(curvature), now.gradient)
    cuts = np.cumsum([side.size for side in sides])
    parts = np.split(step, cuts)
    tried = tuple(
        with_coefficients(side, coefficients_of(side) + part)
        for side, part in zip(sides, parts[:-1], strict=True)
    )
    changed = shared + parts[-1]
    return tried, changed, problem.system(tried, changed, sd)


def _retuned(
    sides: tuple[Side, ...], now: System, sd: float, problem: Problem
) -> tuple[tuple[Side, ...], float]:
    """New noise from the residuals, new stiffness of each radius (Fellner-Schall step)."""
    covariance = inverse(now.curvature)
    used = float(np.sum(covariance * now.information))
    chi_squared = problem.sharing * now.misfit
    new_sd = sd * float(np.sqrt(chi_squared / max(problem.count - used, 1.0)))
    retuned, start = [], 0
    for side in sides:
        strands = []
        for strand in side.strands:
            n = strand.radius.count
            block = covariance[start : start + n, start : start + n]
            strands.append(_restiffened(strand, block))
            start += strand.size
        start += len(side.background) + len(side.own_contrasts)
        retuned.append(replace(side, strands=tuple(strands)))
    return tuple(retuned), new_sd


def _restiffened(strand: Strand, covariance: Array) -> Strand:
    """One step towards the stiffness that the data ask for, along the nerve and at each place.

    All along: Fellner-Schall. At each place: a second difference is Student-distributed with
    FREEDOM degrees, so that one notch does not make the whole nerve rough.
    """
    bending = strand.bending()
    radius = strand.parts(strand.coefficients)[0]
    rank = strand.radius.count - 2
    free = rank / strand.stiffness - float(np.sum(covariance * bending))
    bent = float(radius @ bending @ radius)
    factor = float(np.clip(free / max(bent, 1e-9), 0.1, 10))
    stiffness = float(np.clip(strand.stiffness * factor, 0.3, 3e4))
    turns = strand.radius.turns
    squared = (turns @ radius) ** 2 + np.einsum("ij,jk,ik->i", turns, covariance, turns)
    yielding = (FREEDOM + 1) / (FREEDOM + stiffness * squared)
    return replace(strand, stiffness=stiffness, yielding=yielding)


def _finished(
    sides: tuple[Side, ...],
    shared: Array,
    multiplicative: bool,
    sd: float,
    now: System,
    settled: bool,
    problem: Problem,
) -> Fit:
    covariance = inverse(now.curvature)
    sharing = problem.sharing
    chi = float(np.sqrt(sharing * now.misfit / max(problem.count, 1)))
    residuals = []
    for side, left, weights in zip(sides, now.residuals, problem.weights, strict=True):
        full = np.zeros(len(side.trusted))
        full[side.trusted] = left * np.sqrt(sharing / weights)
        residuals.append(full)
    return Fit(
        sides,
        shared,
        multiplicative,
        sd,
        covariance,
        now.information,
        tuple(residuals),
        chi,
        settled,
        sharing,
    )
