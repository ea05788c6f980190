"""The ends are trimmed to where fluid surrounds the nerve, whatever darkens both alike."""

from __future__ import annotations

import numpy as np
import pytest

from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.result import Ends


def test_a_dark_band_at_an_end_is_no_tissue() -> None:
    phantom = simulate("banding", seed=2)
    nerve = measure(phantom.volume, {"left": Ends(**phantom.truth["ends"]["left"])}).nerves["left"]
    truth = phantom.truth["nerves"]["left"]
    assert nerve.numbers is not None
    assert nerve.numbers.length_mm == pytest.approx(truth["length_mm"], abs=0.1)
    assert nerve.numbers.volume_mm3 == pytest.approx(truth["volume_mm3"], rel=0.02)


def test_an_end_set_inside_the_brainstem_is_trimmed() -> None:
    phantom = simulate("walls", seed=1)
    begin, end = (np.array(point) for point in phantom.truth["ends"]["left"].values())
    inside = begin - 2.0 * (end - begin) / np.linalg.norm(end - begin)
    nerve = measure(phantom.volume, {"left": Ends(tuple(inside), tuple(end))}).nerves["left"]
    assert nerve.numbers is not None
    truth = phantom.truth["nerves"]["left"]
    assert nerve.numbers.length_mm == pytest.approx(truth["length_mm"], abs=0.5)
