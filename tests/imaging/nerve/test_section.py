"""What a profile's numbers say of themselves: how they move with the ends."""

from __future__ import annotations

import numpy as np
import pytest

from imaging.nerve.section import END_SD_MM, Profile, numbers_of

LENGTH_MM = 14.0
STEP_MM = 0.02


def area(arc_mm):
    """A nerve that tapers and has a notch, mm^2."""
    return 1.5 - 0.04 * arc_mm - 0.3 * np.exp(-(((arc_mm - 2.5) / 0.7) ** 2))


def numbers(first_mm: float, last_mm: float):
    arc = np.linspace(0, last_mm - first_mm, 301)
    none = 1e-12 * np.eye(len(arc))
    return numbers_of(Profile(arc, area(first_mm + arc), none, none))


@pytest.mark.parametrize("value", ["volume_mm3", "volume_10mm_mm3", "csa_mean_mm2", "csa_rez_mm2"])
def test_the_effect_of_ends_is_how_values_change_with_them(value):
    usual = numbers(0.0, LENGTH_MM)
    by_first = getattr(numbers(STEP_MM, LENGTH_MM), value) - getattr(usual, value)
    by_last = getattr(numbers(0.0, LENGTH_MM + STEP_MM), value) - getattr(usual, value)
    expected = END_SD_MM / STEP_MM * np.hypot(by_first, by_last)
    assert getattr(usual.moved, value) == pytest.approx(expected, rel=0.03)


def test_a_nerve_shorter_than_ten_millimetres_has_no_window_to_move():
    assert numbers(0.0, 9.0).moved.volume_10mm_mm3 is None
