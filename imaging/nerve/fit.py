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

from .neighbourhood import Neighbourhood, Placed, place
from .noise import rician
from .response import Sampling
from .splines import Spline
from .strand import Strand
from .volume import Array

REACH_MM = 2.2
FAR_MM = 6.0
STEPS = 12
CONVERGED = 0.02
FREEDOM = 0.5
BLUR_MM2 = 0.02
MADE_BLUR_MM2 = 0.0005
OUTLIER = 4.5
SPREAD_DARK = 0.02
SPREAD_BRIGHT = 0.1


@dataclass(frozen=True)
class Side:
    """One nerve's surroundings and the strands in it; strands[0] is the nerve, and `near` is
    gathered around its course.

    trusted: (n,) bool, voxels that the model is asked to describe. background: coefficients of
    `ground`, the spline along the nerve, times 1, u and v.
    """

    near: Neighbourhood
    trusted: np.ndarray
    strands: tuple[Strand, ...]
    ground: Spline
    background: Array
    own_contrasts: Array

    @property
    def size(self) -> int:
        return sum(s.size for s in self.strands) + len(self.background) + len(self.own_contrasts)


@dataclass(frozen=True)
class Prepared:
    """What does not change while coefficients do."""

    placed: list[Placed]
    bases: list[list[Array]]
    grids: list[list[Array]]
    ground: Array


@dataclass(frozen=True)
class Fit:
    """sides as fitted; shared: contrasts C of the sides, then the point spread's variance beyond
    the voxel box, mm^2; sd, the noise; covariance of all coefficients, side after side (strands,
    background, own contrasts), the shared ones last; information: its inverse without priors;
    residuals: per side, (n,), in units of sd; chi: root mean square of the trusted ones."""

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
        return self.shared[:-1]

    @property
    def blur_mm2(self) -> float:
        return float(self.shared[-1])

    def block(self, side: int, strand: int = 0) -> slice:
        """Where a strand's coefficients stand in the covariance."""
        start = sum(s.size for s in self.sides[:side])
        start += sum(s.size for s in self.sides[side].strands[:strand])
        return slice(start, start + self.sides[side].strands[strand].size)


def prepare(side: Side) -> Prepared:
    """Project the voxels on every strand's course and tabulate the bases there."""
    points = side.near.points_mm[side.trusted]
    placed = [side.near.placed.where(side.trusted)]
    placed += [place(points, strand.course, FAR_MM) for strand in side.strands[1:]]
    bases = [s.bases(p.arc_mm) for s, p in zip(side.strands, placed, strict=True)]
    grids = [s.bases(s.course.arc_mm) for s in side.strands]
    return Prepared(placed, bases, grids, ground_of(side, placed[0]))


def ground_of(side: Side, placed: Placed) -> Array:
    """Design matrix of the background, shape (n, 3 * count)."""
    along = side.ground.basis(placed.arc_mm)
    near = np.minimum(1.0, REACH_MM / np.maximum(placed.distance_mm, 1e-9))
    across = np.stack([np.ones_like(near), placed.u_mm * near, placed.v_mm * near], 1)
    return np.asarray((across[:, :, None] * along[:, None, :]).reshape(len(along), -1))


def expected(
    side: Side, ready: Prepared, contrast: float, multiplicative: bool, sampling: Sampling
) -> tuple[Array, Array, Array]:
    """Noise-free values (n,), derivatives by the side's coefficients (n, size) and by C and the
    blur's variance (n, 2)."""
    level = ready.ground @ side.background
    weight = level if multiplicative else np.ones_like(level)
    total = np.zeros_like(level)
    shared = np.zeros_like(level)
    by_blur = np.zeros_like(level)
    columns = []
    own_columns = []
    own = iter(side.own_contrasts)
    laid = zip(side.strands, ready.placed, ready.bases, ready.grids, strict=True)
    for strand, placed, bases, grid in laid:
        share, slopes, widening = strand.response(placed, bases, grid, sampling)
        amount = next(own) if strand.own_contrast else contrast
        total += amount * share
        by_blur += amount * widening
        columns.append((amount * weight)[:, None] * slopes)
        if strand.own_contrast:
            own_columns.append((weight * share)[:, None])
        else:
            shared += share
    lift = 1 + total if multiplicative else np.ones_like(total)
    jacobian = np.concatenate([*columns, lift[:, None] * ready.ground, *own_columns], axis=1)
    return level + weight * total, jacobian, np.stack([weight * shared, weight * by_blur], 1)


def with_coefficients(side: Side, values: Array) -> Side:
    """The side with all its coefficients replaced, in the order of `expected`."""
    cuts = np.cumsum([*[s.size for s in side.strands], len(side.background)])
    *parts, background, own = np.split(values, cuts)
    strands = tuple(
        replace(s, coefficients=part) for s, part in zip(side.strands, parts, strict=True)
    )
    return replace(side, strands=strands, background=background, own_contrasts=own)


def coefficients_of(side: Side) -> Array:
    return np.concatenate(
        [*[s.coefficients for s in side.strands], side.background, side.own_contrasts]
    )


@dataclass(frozen=True)
class System:
    """Normal equations at one point. misfit, pull and information come from the data (chi-square,
    minus half its gradient, Gauss-Newton curvature); penalty, prior_pull and prior from priors."""

    misfit: float
    pull: Array
    information: Array
    penalty: float
    prior_pull: Array
    prior: Array
    residuals: list[Array]

    @property
    def cost(self) -> float:
        return self.misfit + self.penalty

    @property
    def gradient(self) -> Array:
        return self.pull - self.prior_pull

    @property
    def curvature(self) -> Array:
        return self.information + self.prior

    def rescaled(self, factor: float) -> System:
        """The data's part for a noise variance smaller by this factor."""
        return replace(
            self,
            misfit=self.misfit * factor,
            pull=self.pull * factor,
            information=self.information * factor,
            residuals=[left * np.sqrt(factor) for left in self.residuals],
        )


class Problem:
    """The joint fit of all sides."""

    def __init__(
        self,
        sides: tuple[Side, ...],
        multiplicative: bool,
        sampling: Sampling,
        magnitude: bool,
        sharing: float,
        likeness: Array,
        usual: Array,
        blur_mm2: float,
    ) -> None:
        self.usual = usual
        self.blur_mm2 = blur_mm2
        self.likeness = likeness
        self.sharing = sharing
        self.multiplicative = multiplicative
        self.sampling = sampling
        self.magnitude = magnitude
        self.ready = [prepare(side) for side in sides]
        self.values = [side.near.values[side.trusted] for side in sides]

    def system(self, sides: tuple[Side, ...], shared: Array, sd: float) -> System:
        size = sum(side.size for side in sides) + len(shared)
        pull, information = np.zeros(size), np.zeros((size, size))
        residuals = []
        start = 0
        for number, side in enumerate(sides):
            left, jacobian = self._seen(number, side, shared, sd)
            where = np.arange(start, start + side.size + 2)
            where[-2:] = size - len(shared) + number, size - 1
            information[np.ix_(where, where)] += jacobian.T @ jacobian
            pull[where] += jacobian.T @ left
            residuals.append(left)
            start += side.size
        misfit = sum(float(left @ left) for left in residuals)
        penalty, prior_pull, prior = self.priors(sides, shared)
        return System(misfit, pull, information, penalty, prior_pull, prior, residuals)

    def _seen(self, number: int, side: Side, shared: Array, sd: float) -> tuple[Array, Array]:
        """Residuals (n,) and derivatives (n, side.size + 2), both over the noise."""
        values = self.values[number]
        sampling = self.sampling.widened(float(shared[-1]))
        model, jacobian, by_shared = expected(
            side, self.ready[number], float(shared[number]), self.multiplicative, sampling
        )
        jacobian = np.concatenate([jacobian, by_shared], axis=1)
        spread = np.full(len(values), sd)
        if self.magnitude:
            model, slope, variance = rician(model, sd)
            jacobian *= slope[:, None]
            spread = np.sqrt(variance)
        spread *= np.sqrt(self.sharing)
        jacobian /= spread[:, None]
        return (values - model) / spread, jacobian

    def priors(self, sides: tuple[Side, ...], shared: Array) -> tuple[float, Array, Array]:
        """What is known before any data: penalty, its half gradient and its curvature."""
        size = sum(side.size for side in sides) + len(shared)
        prior, pull = np.zeros((size, size)), np.zeros(size)
        rows = slice(size - len(shared), size)
        prior[rows, rows] = self.likeness
        apart = shared.copy()
        apart[-1] -= self.blur_mm2
        pull[rows] = self.likeness @ apart
        penalty = float(apart @ self.likeness @ apart)
        start = 0
        for number, side in enumerate(sides):
            for strand in side.strands:
                block = slice(start, start + strand.size)
                prior[block, block] = strand.prior()
                pull[block] = prior[block, block] @ strand.coefficients
                penalty += float(strand.coefficients @ pull[block])
                start += strand.size
            start += len(side.background)
            own = slice(start, start + len(side.own_contrasts))
            penalty += self._own_prior(side, number, prior[own, own], pull[own])
            start = own.stop
        return penalty, pull, prior

    def _own_prior(self, side: Side, number: int, prior: Array, pull: Array) -> float:
        """Enter what is known of vessels' contrasts beforehand; its part of the penalty."""
        others = [strand for strand in side.strands if strand.own_contrast]
        usual = float(self.usual[number])
        apart = side.own_contrasts - np.array([s.ratio * usual for s in others])
        precision = np.array([(s.spread * usual) ** -2 for s in others])
        prior[...] = np.diag(precision)
        pull[...] = precision * apart
        return float(np.sum(precision * apart**2))


def likeness_of(shared: Array, spread: float, blur_spread_mm2: float) -> Array:
    """Prior precision (sides + 1, sides + 1) of contrasts that differ by about `spread` of their
    size and of a point spread's variance that is known to about blur_spread_mm2."""
    count = len(shared) - 1
    precision = np.zeros((count + 1, count + 1))
    apart = np.eye(count) - 1.0 / count
    precision[:count, :count] = 2 * apart / (spread * float(np.mean(shared[:-1]))) ** 2
    precision[-1, -1] = blur_spread_mm2**-2
    return precision


def solve(
    sides: tuple[Side, ...],
    shared: Array,
    sd: float,
    *,
    multiplicative: bool,
    sampling: Sampling,
    magnitude: bool,
    sharing: float = 1.0,
    blur_mm2: float = 0.0,
    steps: int = STEPS,
) -> Fit:
    """Levenberg-Marquardt from the given start, noise and stiffness re-estimated on the way.

    sharing: variance inflation by correlated noise (see `noise.sharing`); it tempers the
    likelihood, so that correlated noise is not taken for a bent nerve. blur_mm2: the point
    spread's variance beyond the voxel box where a filter of our own made it, else 0.
    """
    likeness = likeness_of(
        shared,
        SPREAD_DARK if multiplicative else SPREAD_BRIGHT,
        MADE_BLUR_MM2 if blur_mm2 > 0 else BLUR_MM2,
    )
    problem = Problem(
        sides, multiplicative, sampling, magnitude, sharing, likeness, shared, blur_mm2
    )
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
        sides, better_sd = _retuned(sides, trial, sd, sharing)
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
    return _finished(sides, shared, multiplicative, sd, now, settled, sharing)


def _advance(
    problem: Problem,
    now: System,
    sides: tuple[Side, ...],
    shared: Array,
    sd: float,
    damping: float,
) -> tuple[tuple[Side, ...], Array, System]:
    curvature = now.curvature + np.diag(damping * np.diag(now.curvature) + 1e-12)
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
    sides: tuple[Side, ...], now: System, sd: float, sharing: float
) -> tuple[tuple[Side, ...], float]:
    """New noise from the residuals, new stiffness of each radius (Fellner-Schall step)."""
    covariance = cho_solve(
        cho_factor(now.curvature + 1e-9 * np.eye(len(now.curvature))), np.eye(len(now.curvature))
    )
    used = float(np.sum(covariance * now.information))
    count = sum(len(r) for r in now.residuals)
    chi_squared = sharing * sum(float(r @ r) for r in now.residuals)
    new_sd = sd * float(np.sqrt(chi_squared / max(count - used, 1.0)))
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
    sharing: float,
) -> Fit:
    covariance = np.linalg.inv(now.curvature + 1e-9 * np.eye(len(now.curvature)))
    count = sum(len(r) for r in now.residuals)
    chi = float(np.sqrt(sharing * sum(float(r @ r) for r in now.residuals) / max(count, 1)))
    residuals = []
    for side, left in zip(sides, now.residuals, strict=True):
        full = np.zeros(len(side.trusted))
        full[side.trusted] = left * np.sqrt(sharing)
        residuals.append(full)
    return Fit(
        sides,
        shared,
        multiplicative,
        sd,
        np.asarray(covariance, dtype=np.float64),
        now.information,
        tuple(residuals),
        chi,
        settled,
        sharing,
    )
