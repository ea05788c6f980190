"""The endoscope stands in fluid, draws true tubes, and draws the same twice."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import label

from imaging.nerve.measure import measure
from imaging.nerve.result import Ends
from imaging.nerve.table import to_json_dict
from imaging.render.camera import place_camera
from imaging.render.cistern import cistern_about, levels
from imaging.render.course import NerveCourse, Strand
from imaging.render.endoscopy import WALL, draw_endoscopy
from imaging.render.mesh import capped, surface, tube
from imaging.render.stage import Stage
from tests.imaging.render.nerves import course, phantom


@pytest.fixture(scope="module")
def touched():
    return phantom("walls", vessel=True, snr=None)


def test_fluid_and_nerve_are_told_apart_in_dark_and_bright_scans():
    dark, bright = phantom("arc"), phantom("bright")
    nerve, fluid = levels(dark.volume, course(dark))
    assert (nerve, fluid) == (pytest.approx(420, abs=90), pytest.approx(1000, abs=80))
    nerve, fluid = levels(bright.volume, course(bright))
    assert nerve > fluid


def test_strands_are_taken_out_of_the_walls(touched):
    nerve = course(touched)
    assert cistern_about(touched.volume, nerve).at(nerve.points_mm[20:-20]).min() > 0.5
    raw = cistern_about(touched.volume, nerve, raw=True)
    assert raw.at(nerve.points_mm[20:-20]).max() < 0.5


def test_the_camera_stands_in_fluid_and_looks_across_nerve_and_vessel(touched):
    nerve = course(touched)
    cistern = cistern_about(touched.volume, nerve)
    camera = place_camera(cistern, nerve)
    view = (camera.target_mm - camera.position_mm) / np.linalg.norm(
        camera.target_mm - camera.position_mm
    )
    assert cistern.at(camera.position_mm[None])[0] > 0.5
    assert abs(view @ nerve.tangents[nerve.row_at(nerve.focus_mm())]) < 0.6
    assert abs(view[2]) < 0.6  # the vessel lies above the nerve: seen from the side


def test_a_tube_has_the_area_of_a_cylinder():
    points = np.stack([np.linspace(0, 10, 50), np.zeros(50), np.zeros(50)], axis=1)
    vertices, faces = tube(points, np.full(50, 0.6))
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    assert area == pytest.approx(2 * np.pi * 0.6 * 10, rel=0.01)


def test_a_capped_tube_is_closed():
    points = np.stack([np.linspace(0, 10, 50), np.zeros(50), np.zeros(50)], axis=1)
    _, faces = capped(*tube(points, np.full(50, 0.6)))
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    _, sharing = np.unique(edges, axis=0, return_counts=True)
    assert set(sharing.tolist()) == {2}


def test_the_model_shows_a_gap_where_the_raw_surface_fuses():
    """0.2 mm from wall to wall at 0.5 mm voxels: the measurement finds it, an isosurface cannot."""
    found = phantom("tof", vessel_gap_mm=0.2, spacing_mm=(0.5, 0.5, 0.5))
    ends = {"left": Ends(**found.truth["ends"]["left"])}
    table = to_json_dict(measure(found.volume, ends, tof=found.tof), "0", "1")
    nerve = NerveCourse.from_json(table["nerves"]["left"])
    (contact,) = nerve.contacts
    assert contact["gap_mm"] == pytest.approx(0.2, abs=0.05)
    vessel = nerve.vessels[contact["vessel_number"]]
    centre = nerve.at(contact["arc_mm"])
    near = vessel.points_mm[np.argmin(np.linalg.norm(vessel.points_mm - centre, axis=1))]
    line = centre + np.linspace(0, 1, 100)[:, None] * (near - centre)
    radius = float(np.interp(contact["arc_mm"], nerve.arc_mm, nerve.radius_mm))
    outside = np.linalg.norm(line - centre, axis=1) - radius
    free = (vessel.distance_mm(line) > 0) & (outside > 0)
    assert free.any()  # the fitted tubes leave fluid between them
    raw = cistern_about(found.volume, nerve, raw=True)
    labels, _ = label(raw.fluid < 0.5)
    where = [np.rint((p - raw.origin_mm) / raw.step_mm).astype(int) for p in (centre, near)]
    first, second = (labels[tuple(place)] for place in where)
    assert first == second > 0  # the image's own surface makes one body of both
    cistern = cistern_about(found.volume, nerve)
    camera = place_camera(cistern, nerve)
    view = camera.target_mm - camera.position_mm
    across = (near - centre) / np.linalg.norm(near - centre)
    assert abs(view @ across) / np.linalg.norm(view) < 0.2  # seen in profile


def test_frames_of_one_window_are_the_same_whatever_was_seen_before(touched):
    nerve = course(touched)
    cistern = cistern_about(touched.volume, nerve)
    first = place_camera(cistern, nerve)
    second = replace(first, position_mm=first.position_mm + 1.0)
    actors = [surface(*cistern.walls(), WALL)]
    for moving in (False, True):
        with Stage(actors, (200, 160), moving=moving) as one:
            alone = one.look(first)
        with Stage(actors, (200, 160), moving=moving) as two:
            other = two.look(second)
            assert np.array_equal(two.look(first), alone)
            assert not np.array_equal(other, alone)


def test_the_distance_to_a_vessel_is_from_wall_to_wall():
    vessel = Strand(np.array([[0.0, 0, -5], [0.0, 0, 5]]), np.array([0.5, 0.5]), "artery")
    points = np.array([[2.0, 0, 0], [0, 0.5, 1], [0, 0, 0]])
    np.testing.assert_allclose(vessel.distance_mm(points), [1.5, 0, -0.5], atol=0.03)


def test_a_nerve_without_vessels_has_no_distance_to_show(touched):
    with pytest.raises(ValueError, match="no vessel"):
        draw_endoscopy(touched.volume, course(touched, "right"), colour_by="distance")


def test_the_picture_shows_nerve_and_artery_and_is_the_same_twice(touched):
    first = np.asarray(draw_endoscopy(touched.volume, course(touched)).image)
    again = np.asarray(draw_endoscopy(touched.volume, course(touched)).image)
    assert np.array_equal(first, again)
    scene = first[60:-90, 20:-20].astype(int)
    red = (scene[..., 0] > 2 * scene[..., 1]) & (scene[..., 0] > 60)
    green = (scene[..., 1] > scene[..., 0]) & (scene[..., 1] > 60)
    assert red.mean() > 0.005
    assert green.mean() > 0.005
