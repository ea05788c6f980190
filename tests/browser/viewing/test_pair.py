"""Left and right nerve side by side."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewing.seen import VIEWER, course_of, opened, settle, state

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def middle(side: str) -> np.ndarray:
    course = course_of("touching", side)
    return np.asarray(course.at(float(course.arc_mm.mean())))


def test_both_nerves_are_shown_in_slices_each_about_its_own_place(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=mpr&blind")
    page.click("[data-both]")
    settle(page)
    assert page.locator("[data-pair-plane]:visible").count() == 6
    assert page.locator("[data-plane]:visible").count() == 0
    pairs = f"Object.fromEntries({VIEWER}.pairs.map(p => [p.state.side, p.panes[0].view.centre]))"
    seen = page.evaluate(pairs)
    for side in ("left", "right"):
        assert np.allclose(seen[side], middle(side), atol=0.05)
    # A move in the right one's plane makes the right nerve the one that is looked at, and leaves
    # the other where it is.
    plane = page.locator("[data-pair-side=right][data-pair-plane=coronal] svg")
    plane.press("ArrowRight")
    settle(page)
    assert state(page, "side") == "right"
    assert np.allclose(np.array(state(page, "cursor")) - middle("right"), [0.4, 0, 0], atol=1e-6)
    left = f"{VIEWER}.pairs.find(p => p.state.side === 'left').state.get('cursor')"
    assert np.allclose(page.evaluate(left), middle("left"), atol=0.05)
    expect(page.locator("[data-side=right]")).to_have_attribute("aria-pressed", "true")
    page.click("[data-both]")
    settle(page)
    assert page.locator("[data-plane]:visible").count() == 3


def test_both_nerves_are_shown_straightened_and_flown_along(page: Page, address: str) -> None:
    opened(page, f"{address}/touching/?views=cpr,mrve&blind")
    page.click("[data-both]")
    page.wait_for_function(f"() => {VIEWER}.nerves.right && {VIEWER}.nerves.right.endoscopy")
    settle(page)
    for side in ("left", "right"):
        expect(page.locator(f"[data-nerve={side}] [data-cpr=straightened]")).to_be_visible()
        name = f"{VIEWER}.nerves.{side}.cpr.arc"
        assert page.evaluate(name) == pytest.approx(
            float(course_of("touching", side).arc_mm.mean()), abs=0.1
        )
    page.click("[data-tab=mrve]")
    settle(page)
    before = page.locator("[data-nerve=left] [data-path]").input_value()
    page.locator("[data-nerve=right] [data-path]").fill("4")
    settle(page)
    assert page.locator("[data-nerve=right] [data-path]").input_value() == "4"
    assert page.locator("[data-nerve=left] [data-path]").input_value() == before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
