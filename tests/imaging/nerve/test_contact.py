"""Vessels and CN VIII beside the nerve, on the phantom family."""

import numpy as np
import pytest

from imaging.nerve.contact import meet, segment_of
from imaging.nerve.frame import course_through
from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.result import Ends
from imaging.nerve.strand import strand_on


def left_nerve(scenario, **changes):
    phantom = simulate(scenario, seed=1, **changes)
    ends = {"left": Ends(**phantom.truth["ends"]["left"])}
    nerve = measure(phantom.volume, ends, tof=phantom.tof).nerves["left"]
    assert nerve.status == "measured", nerve.reason
    return nerve, phantom.truth["nerves"]["left"]


@pytest.mark.parametrize(
    ("gap_mm", "angle_deg"), [(0.0, 90.0), (0.3, 60.0), (0.6, 40.0), (0.5, 30.0)]
)
def test_gap_and_angle_of_a_crossing_vessel(gap_mm, angle_deg):
    nerve, _ = left_nerve("touching", vessel_gap_mm=gap_mm, vessel_angle_deg=angle_deg)
    (contact,) = nerve.contacts
    assert contact.gap_mm == pytest.approx(gap_mm, abs=0.06)
    assert contact.angle_deg == pytest.approx(angle_deg, abs=4.0)
    assert contact.arc_mm == pytest.approx(6.0, abs=0.6)
    assert contact.vessel_diameter_mm == pytest.approx(1.0, abs=0.1)


def test_a_touching_vessel_leaves_the_area_alone():
    nerve, truth = left_nerve("touching")
    assert nerve.numbers.csa_mean_mm2 == pytest.approx(truth["csa_mean_mm2"], rel=0.03)
    assert nerve.vessels[0].kind == "unknown"


def test_inflow_tells_the_artery_from_the_vein():
    assert left_nerve("indented")[0].contacts[0].vessel == "artery"
    assert left_nerve("near-vein")[0].contacts[0].vessel == "vein"


def test_indentation_is_seen_at_the_contact():
    nerve, _ = left_nerve("indented")
    assert nerve.contacts[0].indentation_fraction > 0.2
    assert nerve.numbers.csa_min_at_mm == pytest.approx(6.0, abs=1.0)


def test_neighbouring_nerve_is_no_contact():
    nerve, truth = left_nerve("neighbour")
    assert nerve.contacts == ()
    assert nerve.numbers.csa_mean_mm2 == pytest.approx(truth["csa_mean_mm2"], rel=0.04)


def test_a_lone_nerve_has_no_contact():
    assert left_nerve("arc")[0].contacts == ()


def tube(points, radius_mm):
    return strand_on(course_through(points, points[0], points[-1]), radius_mm, 2.0)


@pytest.mark.parametrize(
    ("at_mm", "segment"),
    [(-1.5, "attached"), (0.0, "root_detachment"), (1.5, "root_detachment"), (2.5, "cisternal")],
)
def test_the_segment_goes_by_where_the_vessel_lies_along_the_nerve(at_mm, segment):
    ticks = np.arange(0.0, 12.0, 0.5)
    nerve = tube(np.stack([ticks, 0 * ticks, 0 * ticks], 1), 0.6)
    vessel = tube(np.stack([0 * ticks + at_mm, 0 * ticks + 1.2, ticks - 6], 1), 0.5)
    assert segment_of(nerve, vessel, meet(nerve, vessel)) == segment
