"""The facial nerve beside CN VIII: its own area, or a refusal or flag, never silently CN VIII's."""

import numpy as np
import pytest

from imaging.nerve.errors import Inseparable
from imaging.nerve.frame import course_through
from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.strand import strand_on
from imaging.nerve.twins import (
    decided,
    gap_beside_mm,
    require_apart,
    share_of_twin,
    twin_of,
    winding,
)
from tests.bench.score import ends_from

TICKS = np.arange(0, 15.1, 0.5)
ENDS = np.array([[0.0, 0, 0], [15.0, 0, 0]])


def strand(points, radius_mm=0.6):
    points = np.asarray(points, dtype=float)
    return strand_on(course_through(points, points[0], points[-1]), radius_mm, 2.0)


def line(aside_mm, radius_mm=0.6, ticks=TICKS):
    return strand(
        np.stack([ticks, np.full(len(ticks), aside_mm), np.zeros(len(ticks))], 1), radius_mm
    )


def test_end_points_on_the_nerve_are_decided_and_those_on_its_twin_are_not():
    here, there = line(0.0), line(1.6, 0.75)
    assert share_of_twin(here, there, ENDS) == pytest.approx(0.0, abs=0.02)
    assert share_of_twin(there, here, ENDS) == pytest.approx(1.0, abs=0.02)
    assert decided(share_of_twin(here, there, ENDS))
    assert not decided(share_of_twin(there, here, ENDS))
    assert not decided(share_of_twin(here, there, ENDS + np.array([0, 0.8, 0])))


def test_a_path_that_crosses_to_the_twin_and_back_is_seen():
    crossing = 1.6 * np.clip(np.minimum(TICKS, 15 - TICKS) / 2.0, 0, 1)
    path = strand(np.stack([TICKS, crossing, np.zeros(len(TICKS))], 1))
    short = line(0.0, ticks=np.arange(4, 11, 0.5))
    assert twin_of(path, (short,)) is short
    assert not decided(share_of_twin(path, short, ENDS))


def test_a_course_to_and_fro_winds_and_an_arc_does_not():
    fro = np.stack([TICKS, 1.6 * np.sin(TICKS), np.zeros(len(TICKS))], 1)
    bent = np.stack([20 * np.sin(TICKS / 20), 20 - 20 * np.cos(TICKS / 20), 0 * TICKS], 1)
    assert winding(strand(fro))
    assert not winding(strand(bent))


def test_strands_that_lie_in_each_other_are_refused():
    assert gap_beside_mm(line(0.0), (line(1.6, 0.75),)) == pytest.approx(0.25, abs=0.01)
    require_apart(line(0.0), (line(1.6, 0.75),))
    with pytest.raises(Inseparable, match="a quarter of its length"):
        require_apart(line(0.0), (line(1.2, 0.75),))


@pytest.mark.parametrize(("gap_mm", "step_mm"), [(0.2, 0.5), (0.2, 0.4), (-0.1, 0.5), (0.0, 0.4)])
def test_cn_viii_is_never_silently_measured_in_its_place(gap_mm, step_mm):
    phantom = simulate("neighbour", seed=0, neighbour_gap_mm=gap_mm, spacing_mm=(step_mm,) * 3)
    ends = ends_from(phantom.truth, np.random.default_rng([0, 7]), 0.0)
    for name, nerve in measure(phantom.volume, ends).nerves.items():
        if nerve.numbers is None:
            assert nerve.reason_code == "inseparable"
            continue
        if nerve.flags:
            continue
        off = nerve.numbers.csa_mean_mm2 - phantom.truth["nerves"][name]["csa_mean_mm2"]
        assert abs(off) < 3 * nerve.numbers.csa_mean_sd_mm2
