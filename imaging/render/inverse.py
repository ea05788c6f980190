"""The way back from a reformation's picture to the patient, kept beside the picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from imaging.nerve.volume import Volume
from imaging.render.course import NerveCourse
from imaging.render.cpr_picture import (
    STRAIGHT_ANGLES_DEG,
    STRETCHED_ANGLES_DEG,
    boxes_of,
    straightened_cuts,
    stretched_cuts,
)

MAPS = ("cpr_straightened.npz", "cpr_stretched.npz")


def save_maps(volume: Volume, nerve: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write MAPS beside the pictures of the same names; the same input gives the same bytes.

    Of each cut k of the page: `box_px_k`, left, top, width and height on the picture;
    `points_mm_k`, (rows, columns, 3), where each of its pixels is in the patient (LPS, mm);
    `folded_k`, true where a picture of the straightened nerve is not to be read; `angle_deg`, of
    all cuts.
    """
    course = NerveCourse.from_json(nerve)
    folder.mkdir(parents=True, exist_ok=True)
    pages = (
        (straightened_cuts(volume, course), STRAIGHT_ANGLES_DEG),
        (stretched_cuts(volume, course), STRETCHED_ANGLES_DEG),
    )
    for name, (cuts, angles_deg) in zip(MAPS, pages, strict=True):
        arrays: dict[str, Any] = {"angle_deg": np.array(angles_deg)}
        for number, (cut, box) in enumerate(zip(cuts, boxes_of(cuts), strict=True)):
            arrays[f"points_mm_{number}"] = cut.points_mm.astype(np.float32)
            arrays[f"folded_{number}"] = cut.folded
            arrays[f"box_px_{number}"] = np.array(box)
        np.savez_compressed(folder / name, allow_pickle=False, **arrays)
    return [folder / name for name in MAPS]
