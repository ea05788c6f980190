"""Sections outlined by hand: areas known by formula, and what follows from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imaging.nerve.contour import outline_of
from imaging.nerve.corrected import corrected, edge_sd_mm, fitted
from imaging.nerve.errors import OutlineRefused
from imaging.nerve.section import sections_at

SPACING = np.array([0.5, 0.5, 0.5])


def circle(radius: float, count: int, centre: tuple[float, float] = (0.2, -0.1)) -> np.ndarray:
    angle = 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius + centre


def measured(area: float = 1.2, length: float = 12.0) -> dict[str, Any]:
    """A fitted nerve of one area throughout."""
    rows = [
        {"arc_mm": round(float(arc), 3), "centre_mm": [2.0 + float(arc), 0.0, 0.0],
         "normal": [1.0, 0.0, 0.0], "area_mm2": area, "area_sd_mm2": 0.06, "major_mm": 1.3,
         "minor_mm": 1.2}
        for arc in sections_at(length)
    ]  # fmt: skip
    return {
        "status": "measured", "reason": None, "flags": ["F"], "flag_codes": ["f"],
        "length_mm": length, "volume_mm3": area * length, "volume_sd_mm3": 0.3,
        "volume_10mm_mm3": 10 * area, "volume_10mm_sd_mm3": 0.25, "csa_mean_mm2": area,
        "csa_mean_sd_mm2": 0.025, "csa_min_mm2": area - 0.05, "csa_min_sd_mm2": 0.06,
        "csa_min_at_mm": 6.0, "csa_min_interval_mm2": [area - 0.2, area], "csa_rez_mm2": area,
        "csa_rez_sd_mm2": 0.04, "volume_ends_sd_mm3": 0.8, "volume_10mm_ends_sd_mm3": 0.1,
        "csa_mean_ends_sd_mm2": 0.01, "csa_rez_ends_sd_mm2": 0.02, "profile": rows,
        "contacts": [], "vessels": [],
    }  # fmt: skip


def outline(arc_mm: float, radius: float) -> dict[str, Any]:
    points = circle(radius, 200, (0.0, 0.0)).tolist()
    return {"arc_mm": arc_mm, "kind": "brush", "points_mm": points}


@pytest.mark.parametrize(("count", "within"), [(8, 3e-3), (12, 6e-4), (24, 4e-5)])
def test_a_spline_through_points_of_a_circle_has_the_circles_area(
    count: int, within: float
) -> None:
    found = outline_of("spline", circle(0.62, count))
    assert found.area_mm2 == pytest.approx(np.pi * 0.62**2, rel=within)
    assert found.perimeter_mm == pytest.approx(2 * np.pi * 0.62, rel=2e-3)
    assert found.major_mm == pytest.approx(found.minor_mm, rel=1e-3)


def test_unevenly_set_points_of_a_spline_still_give_the_circle() -> None:
    angle = np.cumsum(np.random.default_rng(3).uniform(0.4, 1.0, 12))
    angle *= 2 * np.pi / (angle[-1] + 0.7)
    points = 0.6 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert outline_of("spline", points).area_mm2 == pytest.approx(np.pi * 0.36, rel=5e-3)


def test_a_brushed_polygon_has_the_polygons_area() -> None:
    count, radius = 7, 0.8
    exact = count / 2 * radius**2 * np.sin(2 * np.pi / count)
    assert outline_of("brush", circle(radius, count)).area_mm2 == pytest.approx(exact, rel=1e-12)
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float) - 0.5
    assert outline_of("brush", square).area_mm2 == pytest.approx(1.0, rel=1e-12)


def test_the_way_round_and_the_place_of_an_outline_change_nothing() -> None:
    points = circle(0.6, 12)
    one, other = outline_of("spline", points), outline_of("spline", points[::-1] + 0.5)
    assert one.area_mm2 == pytest.approx(other.area_mm2, rel=1e-9)


def test_an_ellipse_has_its_axes() -> None:
    points = circle(1.0, 400, (0.0, 0.0)) * [0.9, 0.5]
    found = outline_of("brush", points @ np.array([[0.8, 0.6], [-0.6, 0.8]]) + 0.3)
    assert (found.major_mm, found.minor_mm) == pytest.approx((1.8, 1.0), rel=1e-3)
    assert found.area_mm2 == pytest.approx(np.pi * 0.45, rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "points", "sentence"),
    [
        ("spline", circle(0.6, 3), "from 4 to 60 points"),
        ("brush", circle(0.6, 801), "from 3 to 800 points"),
        ("brush", [[0, 0], [1, 1], [1, 0], [0, 1]], "crosses itself"),
        ("spline", circle(0.03, 8), "encloses nothing"),
        ("spline", circle(0.6, 8) + 4, "within 4 mm"),
        ("spline", [[0, 0], [0, 0], [1, 0], [0, 1]], "are the same"),
        ("spline", [[0, 0], [1, 0], [1, 1], [float("nan"), 1]], "list of points"),
        ("pencil", circle(0.6, 8), "spline or by brush"),
    ],
)
def test_what_is_no_outline_is_refused(kind: Any, points: Any, sentence: str) -> None:
    with pytest.raises(OutlineRefused, match=sentence):
        outline_of(kind, np.asarray(points, dtype=float))


def test_the_volume_the_mean_and_the_root_follow_the_outlined_sections() -> None:
    found = corrected(measured(), [outline(1.0, 0.5), outline(1.25, 0.5)], SPACING)
    hand = 0.5 * 200 * 0.25 * np.sin(2 * np.pi / 200)
    gone = (1.2 - hand) * 0.5  # two sections of 0.25 mm each, by the trapezoidal rule
    assert found["volume_mm3"] == pytest.approx(14.4 - gone, abs=2e-3)
    assert found["csa_mean_mm2"] == pytest.approx(1.2 - gone / 12, abs=2e-4)
    assert found["csa_rez_mm2"] == pytest.approx(1.2 - gone / 3, abs=1e-3)
    assert found["volume_10mm_mm3"] == pytest.approx(12.0 - gone, abs=2e-3)
    assert found["length_mm"] == 12.0
    assert found["profile"][4]["area_mm2"] == pytest.approx(hand, abs=1e-4)
    assert found["profile"][3] == measured()["profile"][3]


def test_an_outlined_section_says_how_unsure_it_is_by_its_rule() -> None:
    found = corrected(measured(), [outline(1.0, 0.5)], SPACING)
    sd = np.pi * 0.5 / np.sqrt(12)
    assert edge_sd_mm(SPACING) == pytest.approx(0.5 / np.sqrt(12))
    assert found["profile"][4]["area_sd_mm2"] == pytest.approx(sd, rel=1e-3)
    assert found["volume_sd_mm3"] == pytest.approx(np.hypot(0.3, 0.25 * sd), abs=2e-3)
    assert found["csa_mean_sd_mm2"] > measured()["csa_mean_sd_mm2"]


def test_the_smallest_area_is_the_fits_until_an_outline_says_otherwise() -> None:
    larger = corrected(measured(), [outline(1.0, 0.7)], SPACING)
    assert (larger["csa_min_mm2"], larger["csa_min_at_mm"]) == (1.15, 6.0)
    smaller = corrected(measured(), [outline(1.0, 0.4)], SPACING)
    assert (smaller["csa_min_mm2"], smaller["csa_min_at_mm"]) == (
        pytest.approx(0.5026, abs=1e-3),
        1.0,
    )
    low, high = smaller["csa_min_interval_mm2"]
    assert low == 0.0 or low < smaller["csa_min_mm2"] < high
    mended = corrected(measured(), [outline(6.0, 0.7)], SPACING)
    assert mended["csa_min_mm2"] == 1.2


def test_a_corrected_nerve_says_so_and_knows_its_fit() -> None:
    found = corrected(measured(), [outline(1.0, 0.5)], SPACING)
    assert found["flag_codes"] == ["f", "corrected_by_hand"]
    assert "1 of 49 sections were outlined by a person" in found["flags"][-1]
    assert found["by_hand"]["sections"] == 1
    assert fitted(found) == measured()
    again = corrected(found, [outline(2.0, 0.7)], SPACING)
    assert again == corrected(measured(), [outline(2.0, 0.7)], SPACING)


@pytest.mark.parametrize(
    ("outlines", "sentence"),
    [
        ([], "No section is outlined"),
        ([outline(1.1, 0.5)], "no section at 1.10 mm"),
        ([outline(1.0, 0.5), outline(1.0, 0.4)], "outlined twice"),
    ],
)
def test_outlines_of_no_section_are_refused(outlines: list[Any], sentence: str) -> None:
    with pytest.raises(OutlineRefused, match=sentence):
        corrected(measured(), outlines, SPACING)
