"""Whether the nerve moved while it was scanned: a score test for a blur along one direction.

A strand that beats with the pulse is drawn out along one direction. The fit takes that for a wider,
elliptic, paler nerve, whose residual hardly rises; what it cannot take up is that the edges across
the direction are blurred and the others sharp. Rao's score test asks for just that: for a point
spread that is wider along one direction, all that is fitted being free to follow. It is normal with
deviation 1 on a nerve at rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from imaging.told import told

from .errors import Motion
from .fit import Fit
from .frame import Course
from .model import Side, expected, prepare
from .neighbourhood import Placed
from .noise import rician
from .normal import end_weights, inverse
from .response import Sampling, Shape, filled
from .result import Flag
from .scan import Scan
from .spread import COUNT
from .strand import Strand
from .volume import Array

STEP_MM: Final = 0.35
FLAGGED: Final = 5.0
FLAGGED_MM: Final = 0.2
REFUSED_MM: Final = 0.3
DRAWN_OUT: Final = 1.35
DRAWN_OUT_SCORE: Final = 3.5
LESS_DRAWN_OUT: Final = 1.25
LESS_SCORE: Final = 3.0
FLAT: Final = 1.85
GOLDEN: Final = (1 + 5**0.5) / 2
DIRECTIONS: Final = np.concatenate(
    [
        np.eye(3),
        np.array([(0, 1, GOLDEN), (0, 1, -GOLDEN), (1, GOLDEN, 0), (1, -GOLDEN, 0),
                  (GOLDEN, 0, 1), (GOLDEN, 0, -1)]) / np.hypot(1, GOLDEN),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Beat:
    """score: of the likeliest direction, in standard deviations; amount_mm: how far to either side
    the nerve seems to have moved; aspect: the fitted strand's width over its thickness."""

    score: float
    amount_mm: float
    aspect: float


def require_still(beat: Beat) -> None:
    """Raises Motion where the movement makes the area wrong by more than some per cent."""
    drawn_out = beat.aspect > DRAWN_OUT and beat.score > DRAWN_OUT_SCORE
    far = beat.score > FLAGGED and beat.amount_mm > REFUSED_MM
    if far or drawn_out or beat.aspect > FLAT:
        raise Motion(
            told(
                "The strand is drawn out in one direction (%(ratio)s times as wide as thick, its "
                "edges blurred by about %(amount)s mm there): it moved during the scan, or is two "
                "structures in one, and its area cannot be told. Use a scan with less motion "
                "(shorter, or triggered by the pulse).",
                ratio=f"{beat.aspect:.1f}",
                amount=f"{beat.amount_mm:.1f}",
            )
        )


def motion_flags(beat: Beat) -> tuple[Flag, ...]:
    """A flag for a nerve that moved a little."""
    drawn_out = beat.aspect > LESS_DRAWN_OUT and beat.score > LESS_SCORE
    if not drawn_out and (beat.score <= FLAGGED or beat.amount_mm <= FLAGGED_MM):
        return ()
    note = told(
        "The nerve's edges are blurred by about %(amount)s mm along one direction, as by "
        "pulsation: its area may be some per cent too large.",
        amount=f"{beat.amount_mm:.1f}",
    )
    return (Flag("motion", note),)


def beat_of(scan: Scan, fit: Fit, number: int) -> Beat:
    """The score test over DIRECTIONS for one side of a fit."""
    side = fit.sides[number]
    jacobian, wider = _whitened(scan, fit, number)
    left = fit.residuals[number][side.trusted]
    weights = (side.weight * end_weights(side))[side.trusted]
    left = left * np.sqrt(weights / fit.sharing)
    known = inverse(jacobian.T @ jacobian + _prior(scan, fit, side))
    along = jacobian.T @ wider
    pull = wider.T @ left - along.T @ (known @ (jacobian.T @ left))
    told_by = np.sum(wider**2, axis=0) - np.einsum("ij,ik,kj->j", along, known, along)
    told_by = np.maximum(told_by, 1e-9)
    score = pull / np.sqrt(told_by)
    best = int(np.argmax(score))
    amount = STEP_MM * float(np.sqrt(max(pull[best] / told_by[best], 0.0)))
    return Beat(float(score[best]), amount, aspect_of(side.strands[0]))


def aspect_of(strand: Strand) -> float:
    """Width over thickness along the middle of the strand, the median."""
    shape = strand.shape(np.linspace(0.05, 0.95, 40) * strand.course.length_mm)
    flat = np.hypot(shape.cosine, shape.sine)
    return float(np.median(np.sqrt((1 + flat) / (1 - flat))))


def _whitened(scan: Scan, fit: Fit, number: int) -> tuple[Array, Array]:
    """Derivatives of the voxels by all that is fitted, (n, p), and by a movement along each
    direction, (n, directions), over the noise."""
    side = fit.sides[number]
    ready = prepare(side)
    contrast = float(fit.contrasts[number])
    sampling = scan.sampling.widened(fit.blur_mm2)
    model, jacobian, by_shared = expected(
        side, ready, contrast, fit.multiplicative, sampling, fit.band
    )
    nerve = side.strands[0]
    level = ready.ground @ side.background if fit.multiplicative else np.ones(len(model))
    moved = _moved(nerve.course, nerve.shape_from(ready.grids[0]), ready.placed[0], scan, fit)
    jacobian = np.concatenate([jacobian, by_shared], axis=1)
    wider = contrast * level[:, None] * moved
    spread = np.full(len(model), fit.sd)
    if scan.magnitude:
        _, slope, variance = rician(model, fit.sd)
        jacobian *= slope[:, None]
        wider *= slope[:, None]
        spread = np.sqrt(variance)
    weights = (side.weight * end_weights(side))[side.trusted]
    spread = spread * np.sqrt(fit.sharing / weights)
    return jacobian / spread[:, None], wider / spread[:, None]


def _moved(course: Course, shape: Shape, placed: Placed, scan: Scan, fit: Fit) -> Array:
    """What each voxel's share changes by when the strand is half STEP_MM here, half there."""
    whole = scan.sampling
    box_mm2 = float(np.mean(whole.boxes_mm**2)) / 12
    blur_mm = float(np.sqrt(max(box_mm2 + fit.blur_mm2, box_mm2 / 4)))
    once = Sampling(np.zeros((1, 3)), blur_mm, whole.boxes_mm, whole.axes)
    rest, _ = filled(course, shape, placed, once)
    columns = []
    for direction in DIRECTIONS:
        here, there = (
            filled(course, shape, placed, replace(once, offsets_mm=way * direction[None]))[0]
            for way in (STEP_MM, -STEP_MM)
        )
        columns.append((here + there) / 2 - rest)
    return np.stack(columns, axis=1)


def _prior(scan: Scan, fit: Fit, side: Side) -> Array:
    """Precision of what is fitted before any data: the strands and the point spread."""
    size = side.size + 1 + COUNT
    prior = np.zeros((size, size))
    start = 0
    for strand in side.strands:
        prior[start : start + strand.size, start : start + strand.size] = strand.prior()
        start += strand.size
    prior[-COUNT:, -COUNT:] = np.diag(scan.spread.precision(fit.shared[-COUNT:]))
    return prior
