"""The slice viewer in a real browser: what is clicked is where the end point comes to lie."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from wsgiref.simple_server import make_server

import numpy as np
import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect

from imaging.render.slices import SliceView
from tests.browser.test_components import Silent, Threaded
from tests.imaging.urls_viewer import VOLUME

pytestmark = pytest.mark.browser
LEFT_CANAL = [f"#id_left_canal_{axis}" for axis in "xyz"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with override_settings(ROOT_URLCONF="tests.imaging.urls_viewer"):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The viewer, with the end at the left canal chosen; any complaint of the console fails."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    context.set_default_timeout(10_000)
    tab, said = context.new_page(), list[str]()
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(address)
    tab.check("[data-pick][value=left_canal]")
    yield tab
    context.close()
    assert [text for text in said if "Policy" in text or "rror:" in text] == []


def point(page: Page) -> np.ndarray:
    """The left canal end as it stands in the fields, mm."""
    return np.array([float(page.input_value(field)) for field in LEFT_CANAL])


def click(page: Page, axis: str, x: float, y: float) -> None:
    """Click the centre of a pixel of a plane that is not zoomed: its picture is centred."""
    width, height = SliceView.of(VOLUME, axis).shape_px  # type: ignore[arg-type]
    plane = page.locator(f"[data-plane={axis}] svg")
    box = plane.bounding_box()
    assert box is not None
    scale = min(box["width"] / width, box["height"] / height)
    left = (box["width"] - scale * width) / 2
    top = (box["height"] - scale * height) / 2
    plane.click(position={"x": left + (x + 0.5) * scale, "y": top + (y + 0.5) * scale})


def test_a_click_sets_the_end_where_the_pixel_is_in_the_patient(page: Page) -> None:
    click(page, "axial", 31, 12)
    view = SliceView.of(VOLUME, "axial")
    assert np.allclose(point(page), view.to_patient(31, 12, view.count // 2), atol=0.1)


def test_a_click_in_another_plane_refines_it(page: Page) -> None:
    click(page, "axial", 31, 12)
    click(page, "coronal", 31, 20)
    placed = SliceView.of(VOLUME, "coronal").to_pixel(point(page))
    # The browser tells whole pixels of the screen; one of the picture has five of them or more.
    assert np.allclose(placed[:2], (31, 20), atol=0.2)
    assert np.isclose(placed[2], 12, atol=0.1)


@pytest.mark.parametrize(
    ("key", "moved"),
    [
        ("ArrowRight", (1, 0, 0)),
        ("ArrowLeft", (-1, 0, 0)),
        ("ArrowDown", (0, 1, 0)),
        ("ArrowUp", (0, -1, 0)),
        ("PageUp", (0, 0, 1)),
        ("PageDown", (0, 0, -1)),
    ],
)
def test_a_key_moves_the_end_by_one_voxel(
    page: Page, key: str, moved: tuple[int, int, int]
) -> None:
    click(page, "axial", 20, 14)
    before = point(page)
    page.locator("[data-plane=axial] svg").press(key)
    step = VOLUME.affine[:3, :3] @ np.array(moved)
    assert np.allclose(point(page) - before, step, atol=0.03)


def test_an_end_is_placed_by_keyboard_alone(page: Page) -> None:
    plane = page.locator("[data-plane=axial] svg")
    plane.press("ArrowRight")
    assert page.input_value(LEFT_CANAL[0]) == ""
    plane.press("Enter")
    assert page.input_value(LEFT_CANAL[0]) != ""


def test_scrolling_looks_around_and_moves_no_end(page: Page) -> None:
    click(page, "axial", 20, 14)
    before = point(page)
    page.locator("[data-plane=axial] svg").hover()
    page.mouse.wheel(0, -120)
    expect(page.locator("[data-plane=axial] [data-number]")).not_to_have_text("13")
    assert np.array_equal(point(page), before)


def test_a_written_point_is_shown_on_its_slice(page: Page) -> None:
    view = SliceView.of(VOLUME, "axial")
    for field, value in zip(LEFT_CANAL, view.to_patient(7, 9, 4), strict=True):
        page.fill(field, f"{value:.3f}")
    expect(page.locator("[data-plane=axial] [data-number]")).to_have_text("5")
    mark = page.locator("[data-plane=axial] rect.mark-left")
    centre = float(mark.get_attribute("x") or 0) + float(mark.get_attribute("width") or 0) / 2
    assert abs(centre - 7.5) < 0.05


def test_the_picture_follows_the_slice(page: Page) -> None:
    page.locator("[data-plane=sagittal] [data-slider]").fill("3")
    expect(page.locator("[data-plane=sagittal] image")).to_have_attribute(
        "href", "/1/slices/sagittal/3.png"
    )


def test_the_window_changes_every_picture(page: Page) -> None:
    page.locator("[data-window]").fill("80")
    for axis in ("axial", "coronal", "sagittal"):
        image = page.locator(f"[data-plane={axis}] image")
        expect(image).to_have_attribute("href", re.compile(r"\?window=[\d.]+&level=[\d.]+$"))


def test_end_points_outlive_a_reload_and_are_gone_once_sent(page: Page) -> None:
    click(page, "axial", 20, 14)
    before = point(page)
    page.reload()
    assert np.array_equal(point(page), before)
    page.get_by_role("button", name="Measure").click()
    expect(page.locator("body")).to_have_text(str(before[0]))
    page.go_back()
    assert page.evaluate("() => sessionStorage.getItem('ends-1')") is None


def test_the_viewer_fits_a_narrow_page(page: Page) -> None:
    for width in (1024, 640, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


WAY = [f"#id_left_way1_{axis}" for axis in "xyz"]


def test_a_way_point_is_set_moved_and_deleted_with_the_keyboard_alone(page: Page) -> None:
    rows = page.locator(".nerve-left .waypoints")
    rows.locator("summary").press("Enter")
    rows.locator("[data-pick][value=left_way1]").press(" ")
    plane = page.locator("[data-plane=axial] svg")
    plane.press("Enter")
    placed = np.array([float(page.input_value(field)) for field in WAY])
    plane.press("ArrowRight")
    moved = np.array([float(page.input_value(field)) for field in WAY])
    assert np.allclose(moved - placed, VOLUME.affine[:3, 0], atol=0.03)
    expect(page.locator("[data-plane=axial] polygon.mark-left")).to_have_count(1)
    rows.locator("[data-clear]").first.press("Enter")
    assert [page.input_value(field) for field in WAY] == ["", "", ""]
    expect(page.locator("[data-plane=axial] polygon.mark-left")).to_have_count(0)


def test_way_points_that_are_remembered_are_shown_again(page: Page) -> None:
    page.locator(".nerve-left .waypoints summary").click()
    page.fill(WAY[0], "1.5")
    page.reload()
    expect(page.locator(WAY[0])).to_be_visible()
    expect(page.locator(".nerve-right .waypoints")).not_to_have_attribute("open", "")
