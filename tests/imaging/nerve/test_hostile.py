"""No array, affine or point makes the fit crash, hang, or tell a number without a warrant."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.spatial.transform import Rotation

from imaging.nerve.errors import Refused
from imaging.nerve.measure import measure
from imaging.nerve.result import Ends, Nerve
from imaging.nerve.volume import Volume
from tests.imaging.nerve.tube_image import straight, tube_image

LONGEST_S = 10.0
STEP_MM = 0.4
SHAPE = (44, 34, 34)
TYPES = ("f8", "f4", "f2", "i1", "<i2", ">i2", "u1", "u2", "i4", "u4", "i8", "?")

Maker = Callable[[np.random.Generator, tuple[int, int, int]], np.ndarray]


def wave(rng, shape):
    i, j, k = np.indices(shape)
    return np.sin(1.3 * i) + np.cos(0.7 * j) + 100 * np.sin(k * rng.uniform(0.3, 2.0))


def sheet(rng, shape):
    dark = np.arange(shape[1])[:, None] == shape[1] // 2
    return np.where(dark, 0.0, 1000.0) + rng.normal(0, 30, shape)


def spots(rng, shape):
    image = rng.normal(0, 1, shape)
    image[rng.random(shape) < 0.01] = rng.choice([np.nan, np.inf, -np.inf, 1e30])
    return image


def speck(rng, shape):
    image = np.zeros(shape)
    image[tuple(rng.integers(0, n) for n in shape)] = 1000.0
    return image


MAKERS: dict[str, Maker] = {
    "noise": lambda rng, shape: rng.normal(1000, 50, shape),
    "magnitude noise": lambda rng, shape: np.abs(rng.normal(0, 80, shape)),
    "smooth noise": lambda rng, shape: (
        1000 * gaussian_filter(rng.normal(0, 1, shape), rng.uniform(0.5, 3))
    ),
    "any size": lambda rng, shape: rng.uniform(-1, 1, shape) * 10.0 ** rng.integers(-300, 300),
    "constant": lambda rng, shape: np.full(shape, rng.choice([0, 1, -5, 1e30, np.inf, np.nan])),
    "spots": spots,
    "speck": speck,
    "ramp": lambda rng, shape: np.indices(shape).sum(axis=0).astype(float),
    "checks": lambda rng, shape: 1000.0 * (np.indices(shape).sum(axis=0) % 2),
    "two values": lambda rng, shape: 1000.0 * (rng.random(shape) < 0.5),
    "heavy tails": lambda rng, shape: rng.exponential(1, shape) ** 8,
    "wave": wave,
    "sheet": sheet,
}
NO_NERVE = ("noise", "magnitude noise", "ramp", "checks", "two values", "sheet", "wave")


def affine_of(kind: str, rng: np.random.Generator) -> np.ndarray:
    affine = np.diag([*rng.uniform(0.2, 0.9, 3), 1.0])
    if kind == "turned":
        affine[:3, :3] = Rotation.random(rng=rng).as_matrix() @ affine[:3, :3]
    if kind == "mirrored":
        affine[0] *= -1
    if kind == "singular":
        affine[:3, 2] = 0
    if kind == "sheared":
        affine[0, 1] = 0.3
    if kind == "scaled":
        affine[:3, :3] *= 10.0 ** rng.integers(-12, 6)
    if kind == "far":
        affine[:3, 3] = 1e7
    if kind == "broken":
        affine[rng.integers(4), rng.integers(4)] = rng.choice([np.nan, np.inf, 1e200, -1.0])
    if kind == "projective":
        affine[3] = [0.1, 0, 0, 1]
    return affine


AFFINES = ("plain", "turned", "mirrored", "singular", "sheared", "scaled", "far", "broken",
           "projective")  # fmt: skip
PLACES = ("along", "anywhere", "outside", "nan", "inf", "same", "corner")


def point_of(kind: str, share: np.ndarray, volume: Volume) -> tuple[float, float, float]:
    if kind == "outside":
        return 1e6, -1e6, 3.0
    if kind in ("nan", "inf"):
        return float(kind), 0.0, 0.0
    index = np.zeros(3) if kind == "corner" else share * (np.array(volume.size) - 1)
    with np.errstate(all="ignore"):
        x, y, z = volume.affine[:3, :3] @ index + volume.affine[:3, 3]
    return float(x), float(y), float(z)


def warranted(nerve: Nerve) -> None:
    """A refusal with a sentence, or numbers that are finite with deviations that are too."""
    if nerve.status == "refused":
        assert nerve.reason
        assert nerve.reason_code
        assert nerve.numbers is None
        return
    assert nerve.numbers is not None
    told = vars(nerve.numbers) | vars(nerve.numbers.moved)
    for name, value in told.items():
        if value is nerve.numbers.moved:
            continue
        for number in value if isinstance(value, tuple) else [value]:
            assert number is None or math.isfinite(number), name
    assert nerve.numbers.csa_mean_sd_mm2 > 0
    assert 0.1 < nerve.numbers.csa_min_mm2 <= nerve.numbers.csa_mean_mm2 < 13
    assert 4 <= nerve.numbers.length_mm <= 42


def tried(volume: Volume, ends: dict[str, Ends], tof: Volume | None = None) -> dict[str, Nerve]:
    """Measure within the time, with every result warranted; nothing where the scan is refused."""
    start = time.process_time()
    try:
        nerves = measure(volume, ends, tof=tof).nerves
    except Refused:
        return {}
    finally:
        assert time.process_time() - start < LONGEST_S
    for nerve in nerves.values():
        warranted(nerve)
    return nerves


@st.composite
def cases(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tiny = draw(st.integers(0, 7)) == 0
    shape = tuple(rng.integers(1, 12, 3)) if tiny else tuple(rng.integers(24, 48, 3))
    with np.errstate(all="ignore"):
        image = MAKERS[draw(st.sampled_from(sorted(MAKERS)))](rng, shape)
        image = image.astype(draw(st.sampled_from(TYPES)))
    volume = Volume(image, affine_of(draw(st.sampled_from(AFFINES)), rng))
    ends = {}
    for name in draw(st.sampled_from([("left",), ("right",), ("left", "right")])):
        kind = draw(st.sampled_from(PLACES))
        first, last = rng.random(3), rng.random(3)
        if kind == "along":
            first[0], last[0] = 0.15, 0.85
        begin = point_of("anywhere", first, volume)
        end = begin if kind == "same" else point_of(kind, last, volume)
        through = draw(st.integers(0, 4)) == 0
        ways = (point_of("anywhere", rng.random(3), volume),) if through else ()
        ends[name] = Ends(begin, end, ways)
    return volume, ends


@settings(
    max_examples=60,
    phases=[Phase.generate],  # a scan is not made smaller by shrinking it
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_whatever_comes_is_refused_or_warranted(case):
    tried(*case)


def box(image: np.ndarray) -> Volume:
    return Volume(image, np.diag([STEP_MM, STEP_MM, STEP_MM, 1.0]))


def across(volume: Volume, rng: np.random.Generator) -> dict[str, Ends]:
    """Two clicks 14 mm apart near the middle of the box."""
    high = np.array(volume.size) * STEP_MM
    middle = high[1:] / 2 + rng.uniform(-1, 1, 2)
    begin, end = (2.0, *middle), (high[0] - 2.0, *middle)
    return {"left": Ends(tuple(map(float, begin)), tuple(map(float, end)))}


@pytest.mark.parametrize("kind", NO_NERVE)
@pytest.mark.parametrize("seed", range(2))
def test_there_is_no_nerve_where_there_is_none(kind, seed):
    rng = np.random.default_rng([seed, 11])
    volume = box(MAKERS[kind](rng, SHAPE))
    for nerve in tried(volume, across(volume, rng)).values():
        assert nerve.status == "refused", nerve.numbers


def nerve_scan(**changes):
    curve, begin, end = straight(13.0, direction=(1.0, 0.1, 0.05))
    volume = tube_image([curve], [0.6], seed=1, **changes)
    return volume, {"left": Ends(tuple(map(float, begin)), tuple(map(float, end)))}


@pytest.mark.parametrize("seed", [0, 4, 9])
def test_there_is_no_nerve_in_smoothed_noise(seed):
    rng = np.random.default_rng([seed, 11])
    width = rng.uniform(0.5, 3)
    volume = box(1000 * gaussian_filter(rng.normal(0, 1, SHAPE), width))
    for nerve in tried(volume, across(volume, rng)).values():
        assert nerve.status == "refused", nerve.numbers


def test_an_image_of_heavy_tails_has_no_solution():
    rng = np.random.default_rng(2036)
    volume = box(rng.exponential(1, SHAPE) ** 8)
    for nerve in tried(volume, across(volume, rng)).values():
        assert nerve.status == "refused", nerve.numbers


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_beside_the_nerve_is_refused(value):
    volume, ends = nerve_scan()
    voxels = volume.voxels.copy()
    middle = (np.array(ends["left"].brainstem_mm) + ends["left"].canal_mm) / 2
    voxels[tuple(np.rint(volume.to_index(middle)).astype(int))] = value
    (nerve,) = tried(Volume(voxels, volume.affine), ends).values()
    assert nerve.reason_code == "unusable_image"


def test_a_value_that_is_not_finite_far_away_does_no_harm():
    volume, ends = nerve_scan(margin_mm=14.0)
    voxels = volume.voxels.copy()
    voxels[0, 0, 0] = np.nan
    (nerve,) = tried(Volume(voxels, volume.affine), ends).values()
    assert nerve.status == "measured", nerve.reason


@pytest.mark.parametrize("spoiled", [np.full((6, 6, 6), np.nan), np.zeros((2, 2, 2))])
def test_a_useless_angiogram_does_no_harm(spoiled):
    volume, ends = nerve_scan()
    (nerve,) = tried(volume, ends, tof=Volume(spoiled, np.eye(4))).values()
    assert nerve.status == "measured", nerve.reason
