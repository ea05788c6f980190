"""The analyst's bench in a browser: points and outlines by hand and key, a version run and seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import make_server

import numpy as np
import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Page, expect

from imaging.nerve.contour import outline_of
from tests.browser.test_axe import ASK, AXE
from tests.browser.test_components import Silent, Threaded
from tests.browser.viewing.seen import VIEWER, course_of, opened, settle, state
from tests.imaging import urls_bench as desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BENCH = f"{VIEWER}.bench"
PLACE = f"""([name, key]) => {{
  const [viewer, bench] = [{VIEWER}, {BENCH}];
  const {{ cpr }} = viewer.nerves.left || {{}};
  const panes = [...viewer.mpr.panes, ...(cpr ? [cpr.long, cpr.section] : [])];
  const pane = panes.find((one) => one.name === name);
  const {{ x, y }} = bench.points.place(pane, bench.points.get(key));
  const box = pane.over.getBoundingClientRect();
  return [box.left + x + 0.5, box.top + y + 0.5, pane.view.pixel];
}}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    desk.begin()
    with override_settings(ROOT_URLCONF="tests.imaging.urls_bench"):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/imaging/series/1/bench/"
        server.shutdown()
        server.server_close()


@pytest.fixture
def bench(page: Page, address: str) -> Page:
    """The bench with one measured version open."""
    desk.begin()
    return opened(page, address)


def point(page: Page, key: str) -> Any:
    return page.evaluate(f"{BENCH}.points.get('{key}')")


def drag(page: Page, pane: str, key: str, by: tuple[int, int]) -> float:
    """Pull a point in a view by so many pixels; how large one is, mm."""
    x, y, pixel = page.evaluate(PLACE, [pane, key])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=3)
    page.mouse.up()
    settle(page)
    return float(pixel)


def renewed(page: Page, version: int) -> None:
    page.wait_for_function(f"() => {BENCH}.data.version === {version} && !{BENCH}.asked")
    settle(page)


def test_points_are_dragged_in_planes_and_along_the_nerve_and_taken_back(bench: Page) -> None:
    before = np.array(point(bench, "left/canal"))
    pixel = drag(bench, "axial", "left/canal", (12, -6))
    moved = np.array(point(bench, "left/canal"))
    assert np.allclose(moved - before, [12 * pixel, -6 * pixel, 0], atol=1e-3)
    assert np.allclose(state(bench, "cursor"), moved)  # every other view follows it
    bench.click("[data-undo]")
    assert np.allclose(point(bench, "left/canal"), before)
    bench.keyboard.press("Control+Shift+z")
    assert np.allclose(point(bench, "left/canal"), moved)
    # In the straightened view, across the nerve: by the same distance in the patient.
    bench.click("[data-tab=cpr]")
    settle(bench)
    start = np.array(point(bench, "left/brainstem"))
    pixel = drag(bench, "straightened", "left/brainstem", (0, 8))
    away = np.linalg.norm(np.array(point(bench, "left/brainstem")) - start)
    assert away == pytest.approx(8 * pixel, rel=0.05)


def test_points_are_set_by_keys_alone(bench: Page) -> None:
    bench.focus("[data-add=left]")
    bench.keyboard.press("Enter")
    plane = bench.locator("[data-plane=coronal] svg")
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        plane.press(key)
    settle(bench)
    assert np.allclose(point(bench, "left/way/0"), state(bench, "cursor"))
    expect(bench.locator("[data-point='left/way/0']")).to_be_visible()
    plane.press("Delete")
    assert point(bench, "left/way/0") is None
    bench.keyboard.press("Control+z")
    assert point(bench, "left/way/0") is not None
    plane.press("Escape")
    expect(bench.locator("[data-nothing]")).to_be_checked()


def test_a_measurement_is_run_and_its_version_comes_without_loading_the_page(bench: Page) -> None:
    bench.evaluate("window.same = true")
    bench.click("[data-spread=left]")
    drag(bench, "axial", "left/way/1", (4, 3))
    bench.fill("[data-reason]", "stale")
    bench.click("[data-measure]")
    expect(bench.locator("[data-said]")).to_contain_text("Version 2 was asked for meanwhile")
    expect(bench.locator("[data-newest]")).to_be_visible()
    kept = point(bench, "left/way/1")
    bench.fill("[data-reason]", "It ran through the vein.")
    bench.click("[data-measure]")
    expect(bench.locator("[data-doing]")).to_have_text("Fitting")
    renewed(bench, 2)
    asked = desk.ASKED[-1]
    assert np.allclose(asked["ends"]["left"]["waypoints_mm"][1], kept, atol=1e-3)
    assert (asked["seen_version"], asked["view"]["tab"]) == (1, "mpr")
    assert set(asked["view"]["planes"]) == {"axial", "coronal", "sagittal"}
    assert bench.evaluate("window.same")
    assert bench.url.endswith("?from=2")
    expect(bench.locator("[data-result] h2").first).to_contain_text("Measurement version 2")
    expect(bench.locator("[data-compared]")).to_contain_text("Difference")
    assert bench.evaluate(f"Object.keys({VIEWER}.nerves)") == ["left"]


def test_suggested_ends_wait_for_a_persons_word(page: Page, address: str) -> None:
    desk.begin()
    opened(page, f"{address}?first")
    page.click("[data-suggest]")
    expect(page.locator("[data-unconfirmed]")).to_be_visible()
    assert np.allclose(point(page, "right/canal"), desk.ends()["right"]["canal_mm"])
    page.click("[data-measure]")
    expect(page.locator("[data-said]")).to_contain_text("once you confirm them")
    assert desk.ASKED == []
    drag(page, "axial", "left/canal", (5, 0))
    page.check("[data-confirm]")
    page.click("[data-measure]")
    renewed(page, 2)
    origins = {side: ends["origin"] for side, ends in desk.ASKED[-1]["ends"].items()}
    assert origins == {"left": "moved", "right": "suggested"}
    # The nerves that were measured have their own views now.
    page.click("[data-tab=cpr]")
    expect(page.locator("[data-nerve=left] [data-cpr=section]")).to_be_visible()


def test_a_section_is_outlined_by_spline_and_by_brush_and_kept(bench: Page) -> None:
    bench.click("[data-mode-of=spline]")
    settle(bench)
    section = bench.locator("[data-nerve=left] [data-cpr=section] svg")
    for key in ("n", "ArrowUp", "ArrowUp", "]"):
        section.press(key)
    bench.click("[data-step='1']")
    bench.click("[data-mode-of=brush]")
    box = section.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    bench.mouse.move(middle[0] + 30, middle[1])
    bench.mouse.down()
    bench.mouse.move(middle[0] + 45, middle[1] + 10, steps=3)
    bench.mouse.up()
    settle(bench)
    expect(bench.locator("[data-count]")).to_have_text("2")
    told = bench.inner_text("[data-section]")
    bench.fill("[data-reason]", "A vein was taken for nerve.")
    bench.click("[data-correct]")
    renewed(bench, 2)
    spline, brush = desk.ASKED[-1]["outlines"]["left"]
    assert (spline["kind"], brush["kind"]) == ("spline", "brush")
    assert max(up for up, _side in spline["points_mm"]) > 0.68
    # What was shown while drawing is what the server makes of the same points.
    area = outline_of("brush", np.array(brush["points_mm"])).area_mm2
    assert f"by hand {area:.2f} mm²" in told
    shown = bench.evaluate(f"{BENCH}.outlining.outlines.left['{spline['arc_mm']}'].points.length")
    assert shown == 12
    expect(bench.locator("[data-result]")).to_contain_text("2 of 62 sections were outlined")
    expect(bench.locator("[data-result] .tag").first).to_have_text("corrected by hand")


def test_a_version_is_opened_again_as_it_was_left(bench: Page, address: str) -> None:
    arc = 4.0
    there = course_of(desk.SCENE).at(arc).tolist()
    bench.press("[data-plane=axial] svg", ".")
    bench.press("[data-plane=axial] svg", "+")
    bench.evaluate(f"place => {VIEWER}.state.set({{cursor: place}})", there)
    bench.click("[data-tab=cpr]")
    bench.fill("[data-reason]", "Once more.")
    bench.click("[data-measure]")
    renewed(bench, 2)
    frames = bench.evaluate(f"{VIEWER}.mpr.frames()")
    opened(bench, f"{address}?from=2")
    assert np.allclose(state(bench, "cursor"), there)
    assert state(bench, "zoom") == pytest.approx(1.25)
    again = bench.evaluate(f"{VIEWER}.mpr.frames()")
    for name, frame in frames.items():
        assert np.allclose(frame["normal"], again[name]["normal"], atol=1e-6)
    expect(bench.locator("[data-tab=cpr]")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("width", [640, 1400])
def test_the_bench_breaks_no_rule_of_accessibility(bench: Page, width: int) -> None:
    bench.set_viewport_size({"width": width, "height": 800})
    bench.evaluate(AXE)
    bench.click("[data-mode-of=brush]")
    settle(bench)
    assert bench.evaluate(ASK) == []
    assert bench.evaluate("document.documentElement.scrollWidth <= innerWidth")
