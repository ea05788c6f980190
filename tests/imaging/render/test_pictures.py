"""The set of pictures: complete, deterministic, and for measured nerves only."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imaging.render.canvas import direction_letters
from imaging.render.course import NerveCourse
from imaging.render.cpr_picture import draw_straightened, draw_stretched
from imaging.render.endoscopy import draw_endoscopy
from imaging.render.mpr import draw_mpr
from imaging.render.pictures import NAMES, draw_pictures, draw_plain
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


def test_plain_pictures_tell_nothing_of_what_was_found(tmp_path):
    """The same nerve with another area along it and no contact is the same picture to a reader;
    in the endoscopy its tubes are what is seen, and only where it is closest is not told."""
    found = phantom("indented")
    told = found.truth["nerves"]["left"]
    nerve = NerveCourse.from_json(told)
    rows = [row | {"area_mm2": 2.5 * row["area_mm2"]} for row in told["profile"]]
    other = NerveCourse.from_json(told | {"profile": rows, "contacts": []})
    assert nerve.contacts
    assert not other.contacts
    draw_plain(found.volume, nerve, tmp_path / "a")
    pages = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert set(pages) == {f"plain_{name}" for name in NAMES if name.endswith(".png")}
    drawn = {
        "plain_mpr.png": draw_mpr(found.volume, other, plain=True),
        "plain_cpr_straightened.png": draw_straightened(found.volume, other, plain=True),
        "plain_cpr_stretched.png": draw_stretched(found.volume, other, plain=True),
        "plain_endoscopy.png": draw_endoscopy(
            found.volume, replace(nerve, contacts=()), plain=True
        ),
    }
    for name, canvas in drawn.items():
        canvas.save(tmp_path / name)
        assert pages[name] == (tmp_path / name).read_bytes()
    draw_straightened(found.volume, other).save(tmp_path / "marked.png")
    assert pages["plain_cpr_straightened.png"] != (tmp_path / "marked.png").read_bytes()


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
