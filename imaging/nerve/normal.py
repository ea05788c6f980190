"""Normal equations of the joint fit: what the data pull and how stiffly, and what priors do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .model import REACH_MM, Side, expected, prepare
from .noise import rician
from .response import Sampling
from .spread import COUNT, PointSpread
from .volume import Array

GROUND = 0.05
RIDGE = 1e-9
TAPER_MM = 0.8
LEAST = 0.05


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
        spread: PointSpread,
    ) -> None:
        self.usual = usual
        self.spread = spread
        self.likeness = likeness
        self.sharing = sharing
        self.multiplicative = multiplicative
        self.sampling = sampling
        self.magnitude = magnitude
        self.ready = [prepare(side) for side in sides]
        self.values = [side.near.values[side.trusted] for side in sides]
        self.weights = [(side.weight * end_weights(side))[side.trusted] for side in sides]
        self.count = sum(float(np.sum(weights)) for weights in self.weights)

    def system(self, sides: tuple[Side, ...], shared: Array, sd: float) -> System:
        size = sum(side.size for side in sides) + len(shared)
        pull, information = np.zeros(size), np.zeros((size, size))
        residuals = []
        start = 0
        for number, side in enumerate(sides):
            left, jacobian = self._seen(number, side, shared, sd)
            where = np.arange(start, start + side.size + 1 + COUNT)
            where[side.size] = size - len(shared) + number
            where[-COUNT:] = size - COUNT + np.arange(COUNT)
            information[np.ix_(where, where)] += jacobian.T @ jacobian
            pull[where] += jacobian.T @ left
            residuals.append(left)
            start += side.size
        misfit = sum(float(left @ left) for left in residuals)
        penalty, prior_pull, prior = self.priors(sides, shared)
        return System(misfit, pull, information, penalty, prior_pull, prior, residuals)

    def _seen(self, number: int, side: Side, shared: Array, sd: float) -> tuple[Array, Array]:
        """Residuals (n,) and derivatives (n, side.size + 3), both over the noise."""
        values = self.values[number]
        blur_mm2, band = shared[-COUNT:]
        sampling = self.sampling.widened(float(blur_mm2))
        model, jacobian, by_shared = expected(
            side, self.ready[number], float(shared[number]), self.multiplicative, sampling, band
        )
        jacobian = np.concatenate([jacobian, by_shared], axis=1)
        spread = np.full(len(values), sd)
        if self.magnitude:
            model, slope, variance = rician(model, sd)
            jacobian *= slope[:, None]
            spread = np.sqrt(variance)
        spread *= np.sqrt(self.sharing / self.weights[number])
        jacobian /= spread[:, None]
        return (values - model) / spread, jacobian

    def priors(self, sides: tuple[Side, ...], shared: Array) -> tuple[float, Array, Array]:
        """What is known before any data: penalty, its half gradient and its curvature."""
        size = sum(side.size for side in sides) + len(shared)
        prior, pull = np.zeros((size, size)), np.zeros(size)
        rows = slice(size - len(shared), size)
        likeness = self.likeness.copy()
        likeness[-COUNT:, -COUNT:] = np.diag(self.spread.precision(shared[-COUNT:]))
        prior[rows, rows] = likeness
        apart = shared.copy()
        apart[-COUNT:] -= self.spread.mean
        pull[rows] = likeness @ apart
        penalty = float(apart @ likeness @ apart)
        start = 0
        for number, side in enumerate(sides):
            for strand in side.strands:
                block = slice(start, start + strand.size)
                prior[block, block] = strand.prior()
                pull[block] = prior[block, block] @ strand.coefficients
                penalty += float(strand.coefficients @ pull[block])
                start += strand.size
            ground = slice(start, start + len(side.background))
            penalty += self._ground_prior(side, number, prior[ground, ground], pull[ground])
            start = ground.stop
            own = slice(start, start + len(side.own_contrasts))
            penalty += self._own_prior(side, number, prior[own, own], pull[own])
            start = own.stop
        return penalty, pull, prior

    def _ground_prior(self, side: Side, number: int, prior: Array, pull: Array) -> float:
        """Enter that the background changes slowly; its part of the penalty."""
        step = abs(float(self.usual[number]))
        if self.multiplicative:
            step *= abs(float(np.mean(side.background[: side.ground.count])))
        prior[...] = ground_precision(side.ground.count) / (GROUND * step) ** 2
        pull[...] = prior @ side.background
        return float(side.background @ pull)

    def _own_prior(self, side: Side, number: int, prior: Array, pull: Array) -> float:
        """Enter what is known of vessels' contrasts beforehand; its part of the penalty."""
        others = [strand for strand in side.strands if strand.own_contrast]
        usual = float(self.usual[number])
        apart = side.own_contrasts - np.array([s.ratio * usual for s in others])
        precision = np.array([(s.spread * usual) ** -2 for s in others])
        prior[...] = np.diag(precision)
        pull[...] = precision * apart
        return float(np.sum(precision * apart**2))


def inverse(matrix: Array) -> Array:
    """Inverse of a positive semidefinite matrix, whatever the units of its rows: scaled to a unit
    diagonal, with a ridge far below any information that a usable image holds."""
    diagonal = np.diag(matrix)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = matrix * scale[:, None] * scale + RIDGE * np.eye(len(matrix))
    return np.asarray(np.linalg.inv(scaled) * scale[:, None] * scale)


def end_weights(side: Side) -> Array:
    """How much each voxel counts, (n,): less within TAPER_MM of the nerve's ends, so that a voxel
    neither counts nor not by where exactly an end was put, and the end itself hardly does."""
    arc = side.near.placed.arc_mm
    inside = np.minimum(arc, side.strands[0].course.length_mm - arc)
    return np.asarray(np.clip(inside / TAPER_MM, LEAST, 1.0))


def ground_precision(count: int) -> Array:
    """Precision (3 * count, 3 * count) of a background whose level changes from knot to knot, and
    whose slopes across change it within reach, by about 1."""
    steps = np.diff(np.eye(count), axis=0)
    precision = np.eye(3 * count) * REACH_MM**2
    precision[:count, :count] = steps.T @ steps
    return precision


def likeness_of(shared: Array, unlike: float) -> Array:
    """Prior precision (sides + 2, sides + 2) of contrasts that differ by about `unlike` of their
    size; the point spread's is left at 0."""
    count = len(shared) - COUNT
    precision = np.zeros((len(shared), len(shared)))
    apart = np.eye(count) - 1.0 / count
    precision[:count, :count] = 2 * apart / (unlike * float(np.mean(shared[:count]))) ** 2
    return precision
