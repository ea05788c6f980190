"""Wheel, drag and flight; what is written on a picture; the same place in every view."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewing.seen import VIEWER, course_of, opened, settle, shown, state

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def at(page: Page, selector: str, x: float, y: float) -> None:
    """The mouse over a share of an element's width and height."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_the_wheel_scrolls_and_zooms_and_buttons_drag(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mpr")
    plane = "[data-plane=axial] svg"
    before, view = np.array(state(page, "cursor")), shown(page, "axial")[0]
    at(page, plane, 0.5, 0.5)
    page.mouse.wheel(0, -80)
    settle(page)
    assert np.allclose(np.array(state(page, "cursor")) - before, [0, 0, 0.8], atol=1e-6)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    assert shown(page, "axial")[0]["pixel"] == pytest.approx(view["pixel"] / 1.15)
    first = state(page, "window")
    page.mouse.down(button="right")
    at(page, plane, 0.7, 0.6)
    page.mouse.up(button="right")
    wider = state(page, "window")
    assert wider["high"] - wider["low"] > 1.2 * (first["high"] - first["low"])
    corner, cursor = shown(page, "axial")[0]["corner"], state(page, "cursor")
    page.keyboard.down("Shift")
    page.mouse.down()
    at(page, plane, 0.6, 0.6)
    page.mouse.up()
    page.keyboard.up("Shift")
    assert shown(page, "axial")[0]["corner"][0] > corner[0]
    assert state(page, "cursor") == cursor


def test_scale_letters_and_what_was_acquired_are_told_and_no_name(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mpr")
    view, _grey = shown(page, "coronal")
    plane = page.locator("[data-plane=coronal]")
    mm = float((plane.locator(".bar-label").text_content() or "").removesuffix(" mm"))
    bar = plane.locator(".bar").evaluate("path => path.getBBox().width")
    assert bar * view["pixel"] == pytest.approx(mm, rel=1e-3)
    told = [plane.locator(f".letter-{side}").text_content() for side in ("left", "right", "top")]
    assert told == ["R", "L", "H"]
    expect(page.locator("[data-acquired]")).to_have_text("0.40 × 0.40 × 0.40 mm")


def test_a_landmark_lies_under_the_cross_of_every_turned_plane(page: Page, address: str) -> None:
    """The nerve is the darkest there is; gone to its middle, it lies within half a voxel of the
    cross, however the plane is turned."""
    opened(page, f"{address}/arc/?views=mpr&blind")
    page.click("[data-side=left]")
    for name, turns in (("axial", 3), ("coronal", 2)):
        for _ in range(turns):
            page.press(f"[data-plane={name}] svg", ".")
    course = course_of("arc")
    row = len(course.points_mm) // 2
    place, along = course.points_mm[row], course.tangents[row]
    page.evaluate(f"place => {VIEWER}.state.set({{cursor: place}})", place.tolist())
    for name in ("axial", "coronal", "sagittal"):
        view, grey = shown(page, name)
        rows, columns = np.mgrid[: view["height"], : view["width"]]
        right, down = np.array(view["right"]), np.array(view["down"])
        offset = (
            view["corner"]
            - place
            + view["pixel"] * (columns[..., None] * right + rows[..., None] * down)
        )
        near = np.linalg.norm(offset, axis=-1) < 1.2
        found = np.average(offset[near], axis=0, weights=(255 - grey[near]) ** 2)
        across = found - (found @ along) * along
        assert np.linalg.norm(across) < 0.2, name  # voxels of 0.4 mm


def test_one_place_in_the_cross_section_the_stretched_cut_and_the_area(
    page: Page, address: str
) -> None:
    opened(page, f"{address}/touching/?views=cpr")
    nerve = f"{VIEWER}.nerves.left.cpr"
    begin = page.evaluate(f"{nerve}.arc")
    at(page, "[data-nerve=left] [data-cpr=section] svg", 0.5, 0.5)
    page.mouse.wheel(0, -200)
    settle(page)
    assert page.evaluate(f"{nerve}.arc") > begin + 0.3
    for view in ("stretched", "profile"):
        svg = f"[data-nerve=left] svg[data-cpr={view}], [data-nerve=left] [data-cpr={view}] svg"
        at(page, svg, 0.35, 0.5)
        page.mouse.click(*_middle(page, svg, 0.35))
        settle(page)
        arc = page.evaluate(f"{nerve}.arc")
        expected = course_of("touching").at(arc)
        assert np.linalg.norm(np.array(state(page, "cursor")) - expected) < 0.05
        assert 2 < arc < 8
    page.click("[data-turn='90']")
    settle(page)
    assert page.locator("[data-angle-told]").text_content() == "90°"


def _middle(page: Page, selector: str, x: float) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + box["height"] / 2


def test_the_flight_plays_stops_and_looks_about(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mrve")
    flight = f"{VIEWER}.nerves.left.endoscopy"
    stage = "[data-nerve=left] [data-stage]"
    begin = page.evaluate(f"{flight}.arc")
    play = page.locator("[data-nerve=left] [data-play]")
    play.click()
    page.wait_for_function(f"start => {flight}.arc > start + 0.4", arg=begin)
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    settle(page)
    stopped = page.evaluate(f"{flight}.arc")
    ahead = np.array(
        page.evaluate(f"{flight}.renderer.getActiveCamera().getDirectionOfProjection()")
    )
    at(page, stage, 0.5, 0.5)
    page.mouse.down()
    at(page, stage, 0.7, 0.5)
    page.mouse.up()
    settle(page)
    aside = np.array(
        page.evaluate(f"{flight}.renderer.getActiveCamera().getDirectionOfProjection()")
    )
    assert ahead @ aside < 0.95
    assert page.evaluate(f"{flight}.arc") == stopped
    page.click("[data-nerve=left] [data-ahead]")
    settle(page)
    again = np.array(
        page.evaluate(f"{flight}.renderer.getActiveCamera().getDirectionOfProjection()")
    )
    assert np.allclose(again, ahead, atol=1e-6)
