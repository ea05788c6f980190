"""A pixel on the screen and a point in the patient are the same place."""

import io

import numpy as np
import pytest
from PIL import Image

from imaging.nerve.volume import Volume
from imaging.render.sampling import Window
from imaging.render.slices import ORIENTATIONS, SliceView, slice_png


def scan(order, signs, spacing=(0.4, 0.5, 0.8), size=(31, 24, 12)):
    """A volume whose voxel axes run along the given patient axes and directions."""
    matrix = np.zeros((3, 3))
    for column, (axis, sign) in enumerate(zip(order, signs, strict=True)):
        matrix[axis, column] = sign * spacing[column]
    tilt = np.radians(8)
    turn = np.array([[np.cos(tilt), -np.sin(tilt), 0], [np.sin(tilt), np.cos(tilt), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ matrix
    affine[:3, 3] = [5.0, -7.0, 11.0]
    return Volume(np.zeros(size, dtype=np.float32), affine)


SCANS = [
    scan((0, 1, 2), (1, 1, 1)),
    scan((0, 1, 2), (-1, 1, -1)),
    scan((1, 2, 0), (1, -1, 1)),
    scan((0, 2, 1), (1, -1, 1)),
]


@pytest.mark.parametrize("volume", SCANS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_there_and_back_is_the_same_pixel(volume, orientation):
    view = SliceView.of(volume, orientation)
    point = view.to_patient(9.25, 6.5, 3)
    np.testing.assert_allclose(view.to_pixel(point), (9.25, 6.5, 3), atol=1e-9)


@pytest.mark.parametrize("volume", SCANS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_bright_voxel_shows_where_the_map_says(volume, orientation):
    voxels = volume.voxels.copy()
    voxels[6, 9, 4] = 1000
    lit = Volume(voxels, volume.affine)
    view = SliceView.of(lit, orientation)
    x, y, number = view.to_pixel(lit.to_patient(np.array([6, 9, 4])))
    png = slice_png(lit, view, round(number), Window(0, 1000))
    picture = np.asarray(Image.open(io.BytesIO(png)), dtype=float)
    assert picture.shape[::-1] == view.shape_px
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    assert np.sum(columns * picture) / picture.sum() == pytest.approx(x, abs=0.1)
    assert np.sum(rows * picture) / picture.sum() == pytest.approx(y, abs=0.1)


@pytest.mark.parametrize("volume", SCANS)
@pytest.mark.parametrize(
    ("orientation", "right", "down", "up_the_stack"),
    [
        ("axial", (1, 0, 0), (0, 1, 0), (0, 0, 1)),
        ("coronal", (1, 0, 0), (0, 0, -1), (0, 1, 0)),
        ("sagittal", (0, 1, 0), (0, 0, -1), (1, 0, 0)),
    ],
)
def test_the_screen_is_radiological(volume, orientation, right, down, up_the_stack):
    view = SliceView.of(volume, orientation)
    start = view.to_patient(3, 3, 3)
    for step, wanted in (((1, 0, 0), right), ((0, 1, 0), down), ((0, 0, 1), up_the_stack)):
        moved = view.to_patient(3 + step[0], 3 + step[1], 3 + step[2]) - start
        assert moved @ np.array(wanted) > 0.9 * np.linalg.norm(moved)


def test_pixels_are_square():
    view = SliceView.of(SCANS[0], "coronal")
    start = view.to_patient(0, 0, 0)
    across = np.linalg.norm(view.to_patient(10, 0, 0) - start)
    down = np.linalg.norm(view.to_patient(0, 10, 0) - start)
    assert across == pytest.approx(down, rel=0.05)


def test_a_slice_that_is_not_there_is_named():
    view = SliceView.of(SCANS[0])
    with pytest.raises(ValueError, match="slices 0 to 11, not 12"):
        slice_png(SCANS[0], view, 12)
