"""The set of pictures: complete, deterministic, and for measured nerves only."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from imaging.render.canvas import direction_letters
from imaging.render.pictures import NAMES, draw_pictures
from imaging.render.profile import profile_svg
from tests.imaging.render.nerves import course, phantom


def test_all_five_are_written_and_the_same_twice(tmp_path):
    found = phantom("indented")
    nerves = found.truth["nerves"]
    for folder in ("a", "b"):
        draw_pictures(found.volume, nerves["left"], tmp_path / folder, other=nerves["right"])
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == sorted(NAMES)
    for name in NAMES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with Image.open(tmp_path / "a" / "mpr.png") as picture:
        assert np.asarray(picture).std() > 20


def test_a_refused_nerve_has_no_pictures(tmp_path):
    with pytest.raises(ValueError, match="no measured nerve"):
        draw_pictures(phantom("arc").volume, {"status": "refused", "reason": "…"}, tmp_path)


def test_the_profile_is_well_formed_and_names_no_date():
    found = phantom("indented")
    svg = profile_svg({side: course(found, side) for side in ("left", "right")})
    assert ET.fromstring(svg).tag.endswith("svg")
    assert b"dc:date" not in svg


@pytest.mark.parametrize(
    ("vector", "letters"),
    [((1, 0, 0), "L"), ((-1, 0, 0), "R"), ((0, 1, 0), "P"), ((0, 0, -1), "I"),
     ((0.7, -0.7, 0.1), "LA"), ((0.2, -0.9, 0.4), "AS")],
)  # fmt: skip
def test_letters_name_the_patient_s_sides(vector, letters):
    assert direction_letters(np.array(vector, dtype=float)) == letters
