"""The maps beside the reformations lead back to the patient."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaging.nerve.phantom import simulate
from imaging.render.course import NerveCourse
from imaging.render.cpr_picture import draw_straightened, draw_stretched
from imaging.render.inverse import MAPS, save_maps


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[np.ndarray]]:
    folder = tmp_path_factory.mktemp("maps")
    phantom = simulate("arc", seed=0)
    nerve = phantom.truth["nerves"]["left"]
    course = NerveCourse.from_json(nerve)
    save_maps(phantom.volume, nerve, folder)
    draw_straightened(phantom.volume, course).save(folder / "cpr_straightened.png")
    draw_stretched(phantom.volume, course).save(folder / "cpr_stretched.png")
    return folder, [np.array(row["centre_mm"]) for row in nerve["profile"]]


@pytest.mark.parametrize("name", MAPS)
def test_the_nerve_is_found_on_every_cut_of_the_page(name: str, kept) -> None:
    folder, centres = kept
    with np.load(folder / name) as maps:
        cuts = len(maps["angle_deg"])
        assert cuts == len([key for key in maps if key.startswith("box_px_")])
        for number in range(cuts):
            points = maps[f"points_mm_{number}"].reshape(-1, 3)
            for centre in centres[::10]:
                assert np.linalg.norm(points - centre, axis=1).min() < 0.1


@pytest.mark.parametrize("name", MAPS)
def test_what_the_map_says_of_a_pixel_is_what_the_picture_shows(name: str, kept) -> None:
    folder, centres = kept
    picture = Image.open((folder / name).with_suffix(".png")).convert("L")
    with np.load(folder / name) as maps:
        left, top, width, height = maps["box_px_0"]
        rows, columns = maps["folded_0"].shape
        points = maps["points_mm_0"]
        assert 0 <= left < left + width <= picture.width
        assert 0 <= top < top + height <= picture.height
    away = np.linalg.norm(points - centres[len(centres) // 2], axis=-1)
    row, column = np.unravel_index(int(away.argmin()), away.shape)

    def grey(at_row: float) -> float:
        x, y = left + (column + 0.5) * width / columns, top + (at_row + 0.5) * height / rows
        return float(picture.getpixel((round(x), round(y))))

    assert grey(row) < 0.5 * grey(row - rows // 3)  # the nerve is dark, the fluid beside it bright


def test_the_same_nerve_gives_the_same_bytes(kept, tmp_path: Path) -> None:
    folder, _ = kept
    phantom = simulate("arc", seed=0)
    for path in save_maps(phantom.volume, phantom.truth["nerves"]["left"], tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes()
