"""The tree of centres is asked only about what can lie within the tube."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from imaging.dicom.made.occupancy import _inside


def test_the_bounded_search_finds_what_a_look_at_every_centre_does() -> None:
    dice = np.random.default_rng(5)
    arc = np.arange(0.0, 6.0, 0.02)
    centres = np.stack([arc, 0.3 * np.sin(arc), 0.1 * arc], axis=-1)
    radii = 0.6 + 0.2 * np.sin(2 * arc)
    points = dice.uniform((-1.0, -1.5, -1.5), (7.0, 1.5, 2.0), (20_000, 3))
    # Where the wall is widest, to the last digit: inside.
    widest = int(radii.argmax())
    points[0] = centres[widest] + (0.0, 0.0, radii[widest])
    distance = np.linalg.norm(points[:, None, :] - centres[None, :, :], axis=2)
    nearest = distance.argmin(axis=1)
    wanted = distance.min(axis=1) <= radii[nearest]
    wanted &= (points - centres[0]) @ (centres[0] - centres[1]) <= 0
    wanted &= (points - centres[-1]) @ (centres[-1] - centres[-2]) <= 0
    found = _inside(points, KDTree(centres), centres, radii)
    assert 1_000 < wanted.sum() < 10_000
    assert np.array_equal(found, wanted)
