"""Hands, keys and tools of the viewer; what it fetches, and how it holds up."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_axe import ASK, AXE
from tests.browser.viewing.seen import (
    VIEWER,
    course_of,
    opened,
    settle,
    shown,
    state,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[3]
BUNDLE = ROOT / "studysite" / "static" / "vendor" / "viewer" / "viewer.js"
SOURCES = ROOT / "studysite" / "viewer"


def test_turned_planes_stay_square_to_each_other(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mpr")
    for name in ("axial", "sagittal", "coronal", "axial"):
        for _ in range(5):
            page.press(f"[data-plane={name}] svg", ",")
    frames = page.evaluate(f"{VIEWER}.mpr.frames()")
    normals = np.array([frames[name]["normal"] for name in frames])
    assert np.allclose(normals @ normals.T, np.eye(3), atol=1e-9)
    for frame in frames.values():
        assert abs(np.dot(frame["right"], frame["normal"])) < 1e-9


def test_a_click_along_the_nerve_moves_every_view(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/")
    page.click("[data-tab=cpr]")
    view, _grey = shown(page, "straightened")
    box = page.locator("[data-nerve=left] [data-cpr=straightened] svg").bounding_box()
    assert box is not None
    x, y = 0.3 * box["width"], box["height"] / 2
    page.mouse.click(box["x"] + x, box["y"] + y)
    arc = view["corner"][0] + view["pixel"] * (x - 0.5)
    expected = course_of("touching").at(arc)
    assert np.linalg.norm(np.array(state(page, "cursor")) - expected) < 0.1
    settle(page)
    here = page.locator("[data-nerve=left] .viewing-profile .here")
    assert float(here.get_attribute("x1") or 0) > 0
    page.click("[data-tab=mrve]")
    settle(page)
    slider = page.locator("[data-nerve=left] [data-path]")
    assert float(slider.input_value()) == pytest.approx(arc, abs=0.15)


def test_the_other_nerve_is_shown_on_request(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mpr,cpr")
    page.click("[data-side=right]")
    expect(page.locator("[data-side=right]")).to_have_attribute("aria-pressed", "true")
    course = course_of("touching", "right")
    middle = course.at(float(course.arc_mm.mean()))
    page.wait_for_function(f"() => {VIEWER}.state.get('side') === 'right'")
    assert np.linalg.norm(np.array(state(page, "cursor")) - middle) < 0.1
    page.click("[data-tab=cpr]")
    expect(page.locator("[data-nerve=right] [data-cpr=straightened]")).to_be_visible()
    expect(page.locator("[data-nerve=left] [data-cpr=straightened]")).to_be_hidden()


def test_who_reads_slices_alone_goes_to_either_nerve(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mpr&blind")
    courses = {side: course_of("touching", side) for side in ("left", "right")}
    places = {side: course.at(float(course.arc_mm.mean())) for side, course in courses.items()}
    # Between both at first: neither side is shown before the other.
    assert np.allclose(state(page, "cursor"), (places["left"] + places["right"]) / 2, atol=0.01)
    for side, place in places.items():
        page.click(f"[data-side={side}]")
        settle(page)
        assert np.allclose(state(page, "cursor"), place, atol=0.01)
        expect(page.locator(f"[data-side={side}]")).to_have_attribute("aria-pressed", "true")


def test_a_distance_an_angle_and_an_area_are_told_in_mm(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mpr")
    view, _grey = shown(page, "axial")
    plane = page.locator("[data-plane=axial] svg")
    at = [(100, 150), (180, 150), (180, 210)]
    for tool, last in (("distance", at[:2]), ("angle", at), ("area", [*at, at[0]])):
        page.click(f"[data-tool={tool}]")
        for x, y in last:
            plane.click(position={"x": x, "y": y})
        settle(page)
        told = plane.locator(".tool-value").last.text_content() or ""
        expected = {
            "distance": f"{80 * view['pixel']:.1f}",
            "angle": "90.0",
            "area": f"{80 * 60 / 2 * view['pixel'] ** 2:.1f}",
        }[tool]
        assert told.startswith(expected[:-1]), (tool, told, expected)
        page.keyboard.press("Escape")
        page.click("[data-clear]")
    settle(page)
    assert plane.locator(".tool").count() == 0


def test_keys_alone_move_turn_and_measure(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mpr")
    plane = page.locator("[data-plane=coronal] svg")
    before = np.array(state(page, "cursor"))
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "PageUp"):
        plane.press(key)
    moved = np.array(state(page, "cursor")) - before
    assert np.allclose(moved, [0.8, 0.4, 0.4], atol=1e-6)
    page.focus("[data-tool=distance]")
    page.keyboard.press("Enter")
    plane.press("Enter")
    for _ in range(5):
        plane.press("ArrowRight")
    plane.press("Enter")
    settle(page)
    assert plane.locator(".tool-value").text_content() == "2.00 mm"
    plane.press("Delete")
    settle(page)
    assert plane.locator(".tool-value").count() == 0


def test_window_slab_and_zoom_change_the_picture_and_reset_undoes_them(
    page: Page, address: str
) -> None:
    opened(page, f"{address}/touching/?views=mpr")
    _view, first = shown(page, "axial")
    page.select_option("[data-slab]", "3")
    _view, slab = shown(page, "axial")
    # In the fluid, a voxel's width and more from any wall, noise is averaged away.
    calm = (slice(320, 360), slice(330, 370))
    assert slab[calm].std() < 0.8 * first[calm].std()
    page.select_option("[data-mode]", "minimum")
    assert shown(page, "axial")[1][calm].mean() < slab[calm].mean()
    page.click("[data-zoom='1.5']")
    assert shown(page, "axial")[0]["pixel"] == pytest.approx(_view["pixel"] / 1.5)
    page.locator("[data-grey=width]").fill("20")
    page.click("[data-reset]")
    page.select_option("[data-mode]", "mean")
    assert np.array_equal(shown(page, "axial")[1], first)


def test_a_case_is_shown_with_the_views_of_its_technique_alone(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, f"{address}/indented/?views=mpr&blind")
    assert sorted({url.rsplit("/", 1)[1] for url in asked if url.endswith(".part")}) == [
        "coarse.part",
        "tof.part",
        "volume.part",
    ]
    asked.clear()
    opened(page, f"{address}/touching/?views=cpr,mrve&blind")
    names = {url.rsplit("/", 1)[1] for url in asked if url.endswith(".part")}
    assert names == {"straightened.part", "stretched.part", "surfaces.part"}
    assert page.locator("[data-plane], [data-cpr=profile]").count() == 0
    assert all(url.startswith(address) for url in asked)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_breaks_no_rule_of_accessibility_and_holds_at_twice_the_size(
    browser: Browser, address: str, language: str
) -> None:
    context = browser.new_context(viewport={"width": 640, "height": 450}, locale=language)
    page = context.new_page()
    opened(page, f"{address}/touching/")
    page.evaluate(AXE)
    for tab in ("mpr", "cpr", "mrve"):
        page.click(f"[data-tab={tab}]")
        settle(page)
        assert page.evaluate(ASK) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_a_part_that_does_not_come_is_told(browser: Browser, address: str) -> None:
    page = browser.new_page(locale="en")
    page.route("**/coarse.part", lambda route: route.fulfill(status=503))
    page.goto(f"{address}/touching/?views=mpr")
    expect(page.locator("[data-told]")).to_contain_text("could not be fetched")
    page.close()


def test_the_bundle_is_that_of_its_sources_and_small() -> None:
    digest = hashlib.sha256()
    files = [
        "build.mjs",
        "package-lock.json",
        *(f"src/{p.name}" for p in sorted((SOURCES / "src").iterdir())),
    ]
    for name in files:
        digest.update(f"{name}\n".encode() + (SOURCES / name).read_bytes())
    content = BUNDLE.read_bytes()
    named = re.match(rb"/\* sources ([0-9a-f]{64}) \*/", content)
    assert named is not None
    assert named[1].decode() == digest.hexdigest(), "run `make viewer`"
    assert len(gzip.compress(content, 9, mtime=0)) < 500_000
    assert b"resolved" not in (SOURCES / "package-lock.json").read_bytes()
