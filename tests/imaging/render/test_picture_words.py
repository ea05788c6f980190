"""The words in the pictures, in the reader's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from imaging.render.canvas import can_write_chinese
from imaging.render.pictures import draw_pictures
from imaging.render.profile import profile_svg
from studysite.core.said import say
from tests.imaging.render.nerves import course, phantom

PICTURES = {"mpr.png", "cpr_straightened.png", "cpr_stretched.png", "endoscopy.png"}
# Units, the patient's coordinates, the letters of his sides, the root entry zone.
TERMS = re.compile(r"(?<![A-Za-z])(mm|LPS|REZ|SD|[LRAPSI]{1,2})(?![A-Za-z])")

pytestmark = pytest.mark.skipif(not can_write_chinese(), reason="needs fonts-noto-cjk")


def chinese(words: str) -> str:
    with override("zh-hans"):
        return say(words)


def test_every_word_in_a_picture_is_said_in_chinese(tmp_path: Path) -> None:
    said: list[str] = []

    def listen(words: str) -> str:
        said.append(chinese(words))
        return said[-1]

    found = phantom("indented")
    nerves = found.truth["nerves"]
    draw_pictures(
        found.volume,
        nerves["left"],
        tmp_path,
        other=nerves["right"],
        languages={"zh-hans": listen},
    )
    assert {path.name for path in (tmp_path / "zh-hans").iterdir()} == PICTURES
    assert any("左侧面神经" in words for words in said)
    assert [words for words in said if re.search("[A-Za-z]{2}", TERMS.sub("", words))] == []
    for name in PICTURES:
        assert (tmp_path / name).read_bytes() != (tmp_path / "zh-hans" / name).read_bytes()


def test_the_plot_is_in_chinese_and_the_same_twice() -> None:
    found = phantom("indented")
    nerves = {side: course(found, side) for side in ("left", "right")}
    svg = profile_svg(nerves, chinese)
    assert svg == profile_svg(nerves, chinese)
    words = re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode())
    assert "横截面积（mm²）" in words
    assert [text for text in words if re.search("[A-Za-z]{2}", TERMS.sub("", text))] == []
    assert b"Noto Sans CJK SC" in svg
