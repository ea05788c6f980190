"""Curved reformations show what lies where, and know the way back."""

import numpy as np
import pytest

from imaging.render.cpr import _across_chord, straightened, stretched
from imaging.render.sampling import sample
from tests.imaging.render.nerves import circle, course, grid, phantom


def psnr_db(seen, truth, peak):
    return 10 * np.log10(peak**2 / np.mean((seen - truth) ** 2))


def ball(centre_mm, radius_mm=0.6):
    return lambda p: 100 * np.exp(-np.sum((p - centre_mm) ** 2, axis=-1) / radius_mm**2)


def brightest(cut):
    row, column = np.unravel_index(np.nanargmax(cut.values), cut.values.shape)
    return int(row), int(column)


@pytest.mark.parametrize("name", ["arc", "helix"])
def test_a_bent_nerve_straightened_looks_like_a_straight_one(name):
    fine = {"snr": None, "spacing_mm": (0.25, 0.25, 0.25)}
    bent, straight = phantom(name, **fine), phantom("straight", **fine)
    seen = straightened(bent.volume, course(bent), half_width_mm=2.0, pixel_mm=0.2)
    truth = straightened(straight.volume, course(straight), half_width_mm=2.0, pixel_mm=0.2)
    columns = min(seen.values.shape[1], truth.values.shape[1])
    assert psnr_db(seen.values[:, :columns], truth.values[:, :columns], 1000) > 30


@pytest.mark.parametrize("angle_deg", [0.0, 45.0, 90.0, 135.0])
def test_a_landmark_beside_the_nerve_is_where_its_arc_and_offset_say(angle_deg):
    nerve = circle(10.0, 15.0)
    row = nerve.row_at(8.0)
    angle = np.radians(angle_deg)
    across = np.cos(angle) * nerve.frames[0][row] + np.sin(angle) * nerve.frames[1][row]
    volume = grid(ball(nerve.points_mm[row] + 1.6 * across))
    cut = straightened(volume, nerve, angle_deg=angle_deg, half_width_mm=3.0, pixel_mm=0.1)
    found = brightest(cut)
    assert cut.arc_mm[found[1]] == pytest.approx(8.0, abs=0.15)
    assert (cut.centre_row[found[1]] - found[0]) * 0.1 == pytest.approx(1.6, abs=0.15)


@pytest.mark.parametrize("reformat", [straightened, stretched])
def test_every_pixel_knows_its_place_in_the_patient(reformat):
    found = phantom("arc")
    cut = reformat(found.volume, course(found), half_width_mm=2.0, order=1)
    np.testing.assert_allclose(cut.values, sample(found.volume, cut.points_mm), equal_nan=True)
    middle = np.rint(cut.centre_row).astype(int)
    centres = cut.points_mm[middle, np.arange(len(middle))]
    truth = np.stack([course(found).at(arc) for arc in cut.arc_mm])
    assert np.linalg.norm(centres - truth, axis=1).max() < 0.08


def test_lines_fold_exactly_beyond_the_bend_s_radius():
    nerve = circle(3.0, 12.0)
    cut = straightened(
        grid(lambda p: p[..., 0]), nerve, angle_deg=90.0, half_width_mm=5.0, pixel_mm=0.1
    )
    column = cut.values.shape[1] // 2
    towards = np.linalg.norm(cut.points_mm[:, column], axis=1)
    offset = np.linalg.norm(cut.points_mm[:, column] - nerve.at(cut.arc_mm[column]), axis=1)
    inner = offset[cut.folded[:, column]]
    assert inner.min() == pytest.approx(3.0, abs=0.11)
    assert not cut.folded[offset < 2.9, column].any()
    assert not cut.folded[(offset > 3.1) & (towards > 3.1), column].any()


def test_stretching_keeps_the_nerve_s_length_along_the_picture():
    found = phantom("helix", snr=None)
    nerve = course(found)
    cut = stretched(found.volume, nerve, pixel_mm=0.1)
    x = np.arange(len(cut.centre_row)) * 0.1
    drawn = np.sum(np.hypot(np.diff(x), np.diff(cut.centre_row) * 0.1))
    assert drawn == pytest.approx(nerve.arc_mm[-1], rel=0.01)


def test_the_stretched_picture_shows_the_nerve_dark_along_its_course():
    found = phantom("helix", snr=None)
    cut = stretched(found.volume, course(found), pixel_mm=0.1)
    rows = np.rint(cut.centre_row).astype(int)
    assert np.nanmax(cut.values[rows, np.arange(len(rows))]) < 600


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 90.0])
def test_a_landmark_on_the_stretched_surface_is_found_back_in_the_patient(angle_deg):
    nerve = circle(10.0, 15.0)
    direction = _across_chord(nerve, angle_deg)
    landmark = nerve.at(8.0) + 2.4 * direction
    cut = stretched(grid(ball(landmark)), nerve, angle_deg=angle_deg, half_width_mm=6.0)
    row, column = brightest(cut)
    assert cut.points_mm[row, column] == pytest.approx(landmark, abs=0.15)
    assert cut.arc_mm[column] == pytest.approx(8.0, abs=0.15)
