"""The plot of the area along both nerves."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from reports.case.nerve import Nerve, Section, nerve_of
from reports.catalog.profile_plot import PlotWords, draw_profiles
from tests.reports import results

WORDS = PlotWords("Distance, mm", "CSA < 2 mm²", {"left": "Left", "right": "Right"})
SPACE = "{http://www.w3.org/2000/svg}"


def both() -> dict[str, Nerve]:
    return {side: nerve_of(raw) for side, raw in results.result()["nerves"].items()}


def drawn(nerves) -> ElementTree.Element:
    return ElementTree.fromstring(draw_profiles(nerves, WORDS))


def test_both_sides_are_told_apart_without_colour():
    lines = [path for path in drawn(both()).iter(f"{SPACE}path") if path.get("fill") == "none"]
    assert [line.get("stroke-dasharray") for line in lines] == [None, "7 4"]


def test_the_minimum_is_marked_where_it_is():
    flat = [Section(float(n), 2.0, 0.0) for n in range(11)]
    flat[4] = Section(4.0, 1.0, 0.0)
    circle = next(
        drawn({"left": Nerve("measured", "", profile=tuple(flat))}).iter(f"{SPACE}circle")
    )
    # The plot spans 0 to 10 mm over 654 units from 52, and 0 to 2 mm² over 182 up from 196.
    assert float(circle.get("cx")) == pytest.approx(52 + 654 * 0.4, abs=0.1)
    assert float(circle.get("cy")) == pytest.approx(196 - 182 * 0.5, abs=0.1)


def test_words_are_escaped_and_values_have_ticks():
    text = " ".join(node.text for node in drawn(both()).iter(f"{SPACE}text"))
    assert "CSA < 2 mm²" in text
    assert re.search(r"0\.0 .*1\.0 .*2\.0", text)


def test_a_vessel_is_marked_on_its_own_side():
    marks = [path for path in drawn(both()).iter(f"{SPACE}path") if "l-4.5" in path.get("d")]
    assert [mark.get("fill") for mark in marks] == ["#0a5f74"]


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="no profile"):
        draw_profiles({"left": Nerve("measured", "")}, WORDS)


def test_the_same_nerves_give_the_same_bytes():
    assert draw_profiles(both(), WORDS) == draw_profiles(both(), WORDS)
