"""Scans whose geometry carries no measurement are refused by name before anything is computed."""

import numpy as np
import pytest

from imaging.nerve.errors import UnusableImage, VoxelsTooLarge
from imaging.nerve.usable import require_usable, require_values
from imaging.nerve.volume import Volume

CUBES = np.diag([0.4, 0.4, 0.4, 1.0])


def affine(row, column, value):
    changed = CUBES.copy()
    changed[row, column] = value
    return changed


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (affine(0, 0, np.nan), "axes or spacing are invalid"),
        (affine(1, 3, np.inf), "axes or spacing are invalid"),
        (affine(0, 3, 1e200), "axes or spacing are invalid"),
        (affine(2, 2, 1e200), "axes or spacing are invalid"),
        (affine(0, 3, -2e5), "axes or spacing are invalid"),
        (affine(3, 0, 0.1), "last row"),
        (affine(3, 3, 2.0), "last row"),
        (affine(2, 2, 0.0), "which no scanner makes"),
        (CUBES * [1e-3, 1e-3, 1e-3, 1.0], "which no scanner makes"),
        (affine(0, 1, 0.1), "right angles"),
    ],
)
def test_geometry_that_places_no_voxels_is_refused(geometry, said):
    with pytest.raises(UnusableImage, match=said):
        require_usable(Volume(np.zeros((20, 20, 20)), geometry))


def test_micrometres_taken_for_millimetres_are_too_large():
    with pytest.raises(VoxelsTooLarge, match="4e"):
        require_usable(Volume(np.zeros((20, 20, 20)), np.diag([400.0, 400.0, 400.0, 1.0])))


@pytest.mark.parametrize("spacing", [0.1, 0.3, 0.4, 0.7, 1.2])
def test_every_spacing_of_a_scanner_is_used(spacing):
    turned = np.array([[0.6, -0.8, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    turned[:3, :3] *= spacing
    turned[:3, 3] = [-120.0, 80.0, 1300.0]
    require_usable(Volume(np.zeros((20, 20, 20)), turned))


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_values_of_a_size_that_no_scanner_stores_are_refused(size):
    values = size * np.linspace(0.0, 1.0, 50)
    with pytest.raises(UnusableImage, match="no scanner stores"):
        require_values(values, values)
