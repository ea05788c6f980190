"""What the browser is told of a scan's planes."""

from __future__ import annotations

import numpy as np
import pytest

from imaging.nerve.volume import Volume
from imaging.render.slices import SliceView
from imaging.viewer import panes

RADIOLOGICAL = {
    "axial": {"left": "R", "right": "L", "top": "A", "bottom": "P"},
    "coronal": {"left": "R", "right": "L", "top": "H", "bottom": "F"},
    "sagittal": {"left": "A", "right": "P", "top": "H", "bottom": "F"},
}


def volume(flips: tuple[int, int, int], tilt_deg: float = 0.0) -> Volume:
    """Voxels of 0.4 x 0.5 x 0.8 mm whose axes run with or against the patient's, tilted about x."""
    turn = np.radians(tilt_deg)
    tilt = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    affine = np.eye(4)
    affine[:3, :3] = tilt @ np.diag(np.array(flips) * [0.4, 0.5, 0.8])
    affine[:3, 3] = [3.0, -7.0, 11.0]
    return Volume(np.zeros((20, 24, 16), np.float32), affine)


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, -1, 1), (1, -1, -1)])
def test_the_letters_follow_the_radiological_convention(flips: tuple[int, int, int]) -> None:
    assert {pane.axis: pane.letters for pane in panes(volume(flips))} == RADIOLOGICAL


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, -1)])
def test_the_map_to_the_patient_is_that_of_the_slices(flips: tuple[int, int, int]) -> None:
    scan = volume(flips, tilt_deg=12.0)
    for pane in panes(scan):
        view = SliceView.of(scan, pane.axis)  # type: ignore[arg-type]
        for place in (
            [0, 0, 0],
            [7, 3, 5],
            [pane.width_px - 1, pane.height_px - 1, pane.count - 1],
        ):
            point = np.array(pane.to_mm) @ np.array([*place, 1.0])
            assert np.allclose(point, view.to_patient(*place), atol=1e-3)
