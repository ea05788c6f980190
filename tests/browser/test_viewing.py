"""The viewer in a real browser, beside what the server itself draws of the same phantom."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import numpy as np
import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from scipy.ndimage import map_coordinates

from imaging.nerve.phantom import simulate
from imaging.render.course import NerveCourse
from imaging.render.cpr import straightened
from imaging.render.packed import BEYOND_MM
from imaging.render.sampling import Window, sample
from imaging.render.slices import default_window
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.test_axe import ASK, AXE
from tests.browser.test_components import Silent, Threaded
from tests.imaging.urls_viewing import scene

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "studysite" / "static" / "vendor" / "viewer" / "viewer.js"
SOURCES = ROOT / "studysite" / "viewer"
# WebGL in software: a machine that tests has no graphics card.
DRAWING = [each for each in ARGUMENTS if each != "--disable-gpu"] + [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
VIEWER = "document.querySelector('[data-viewing]').viewer"
GREY = """name => {
  const pane = [...VIEWER.mpr ? VIEWER.mpr.panes : [], ...Object.values(VIEWER.nerves).flatMap(
    nerve => nerve.cpr ? [nerve.cpr.long, nerve.cpr.section] : [])
  ].find(one => one.name === name);
  const {width, height, pixel, corner, right, down} = pane.view;
  const data = pane.canvas.getContext('2d').getImageData(0, 0, width, height).data;
  let grey = '';
  for (let i = 0; i < data.length; i += 4) grey += String.fromCharCode(data[i]);
  return {width, height, pixel, corner, right, down, grey: btoa(grey)};
}""".replace("VIEWER", VIEWER)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=DRAWING)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    for name in ("touching", "indented", "arc"):
        scene(name)  # measured before a page waits for it
    with override_settings(ROOT_URLCONF="tests.imaging.urls_viewing"):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab; any complaint of the console fails."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    context.set_default_timeout(60_000)
    tab, said = context.new_page(), list[str]()
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(f"error: {error}"))
    yield tab
    context.close()
    assert [text for text in said if "Policy" in text or "rror:" in text or "Warning" in text] == []


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    page.wait_for_selector("[data-loaded=whole]")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Two frames later everything that was asked for is drawn."""
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def state(page: Page, name: str) -> Any:
    return page.evaluate(f"{VIEWER}.state.get('{name}')")


def shown(page: Page, name: str) -> tuple[dict[str, Any], np.ndarray]:
    """A pane's view, and its grey values."""
    settle(page)
    told = page.evaluate(GREY, name)
    grey = np.frombuffer(base64.b64decode(told.pop("grey")), np.uint8).astype(float)
    return told, grey.reshape(told["height"], told["width"])


def points_of(view: dict[str, Any]) -> np.ndarray:
    """Where each pixel lies, in the space of the pane."""
    rows, columns = np.mgrid[: view["height"], : view["width"]]
    right, down = np.array(view["right"]), np.array(view["down"])
    offset = columns[..., None] * right + rows[..., None] * down
    return np.asarray(view["corner"] + view["pixel"] * offset)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Peak signal-to-noise of grey pictures, dB."""
    return float(10 * np.log10(255**2 / max(np.mean((one - other) ** 2), 1e-9)))


def course_of(name: str, side: str = "left") -> NerveCourse:
    return NerveCourse.from_json(scene(name)[1][side])


@pytest.mark.parametrize("turned", [False, True])
def test_each_plane_is_the_one_that_the_server_cuts(page: Page, address: str, turned: bool) -> None:
    opened(page, f"{address}/touching/?views=mpr")
    if turned:
        for name, times in (("axial", 4), ("coronal", 3), ("sagittal", 5)):
            for _ in range(times):
                page.press(f"[data-plane={name}] svg", ".")
    volume, _nerves = scene("touching")
    window = default_window(volume)
    for name in ("axial", "coronal", "sagittal"):
        view, grey = shown(page, name)
        values = sample(volume, points_of(view), order=1)
        inside = np.isfinite(values)
        assert inside.mean() > 0.1
        assert psnr(grey[inside], window.grey(values[inside]).astype(float)) > 45


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


@pytest.mark.parametrize("angle", [0, 40])
def test_the_straightened_nerve_is_the_servers(page: Page, address: str, angle: int) -> None:
    opened(page, f"{address}/indented/?views=cpr")
    for _ in range(angle // 5):
        page.click("[data-turn='5']")
    view, grey = shown(page, "straightened")
    volume, _nerves = scene("indented")
    cut = straightened(
        volume, course_of("indented").extended(BEYOND_MM, BEYOND_MM), angle_deg=angle,
        half_width_mm=4.0, pixel_mm=0.1, order=3,
    )  # fmt: skip
    places = points_of(view)
    low, high = state(page, "window")["low"], state(page, "window")["high"]
    arc, across = (
        places[0, :, 0],
        -view["pixel"] * (np.arange(view["height"]) - (view["height"] - 1) / 2),
    )
    columns = np.interp(arc, cut.arc_mm, np.arange(len(cut.arc_mm)), left=np.nan, right=np.nan)
    rows = (4.0 - across) / 0.1
    seen = np.isfinite(columns)
    wide = (rows >= 0) & (rows <= cut.values.shape[0] - 1)
    at = np.meshgrid(rows[wide], columns[seen], indexing="ij")
    same = map_coordinates(cut.values, at, order=1)
    mine = grey[wide][:, seen]
    theirs = Window(low, high).grey(same).astype(float)
    assert psnr(mine, theirs) > 28
    # The nerve's own centre, column by column, within half a voxel of 0.4 mm.
    centre = [np.average(across[wide], weights=(255 - picture[:, column]) ** 2)
              for picture in (mine, theirs) for column in (60, picture.shape[1] // 2)]  # fmt: skip
    assert np.allclose(centre[:2], centre[2:], atol=0.2)


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


def vessels(picture: np.ndarray) -> np.ndarray:
    """Where a picture has the colour of a vessel: more red and blue than green, or mostly red."""
    red, green, blue = (picture[..., part].astype(int) for part in range(3))
    magenta = (red - green > 35) & (blue - green > 20)
    return np.asarray(magenta | ((red - green > 90) & (red - blue > 60)))


def flown_to(page: Page, address: str, name: str, arc: float) -> tuple[np.ndarray, np.ndarray]:
    """The endoscopy's picture at a place of the nerve, and where in it the nerve's own axis there
    comes to lie: column and row."""
    opened(page, f"{address}/{name}/?views=mrve&blind")
    page.locator("[data-nerve=left] [data-path]").evaluate(
        "(field, arc) => { field.value = arc; field.dispatchEvent(new Event('input')); }", arc
    )
    settle(page)
    stage = page.locator("[data-nerve=left] [data-stage]")
    picture = np.array(Image.open(io.BytesIO(stage.screenshot())).convert("RGB"))
    camera = page.evaluate(
        f"(() => {{ const c = {VIEWER}.nerves.left.endoscopy.renderer.getActiveCamera(); return ["
        "c.getPosition(), c.getDirectionOfProjection(), c.getViewUp(), c.getViewAngle()]; })()"
    )
    position, forward, up = (np.array(part) for part in camera[:3])
    offset = course_of(name).at(arc) - position
    height, width = picture.shape[:2]
    scale = height / 2 / np.tan(np.radians(camera[3] / 2)) / (offset @ forward)
    right = np.cross(forward, up)
    return picture, np.array(
        [width / 2 + scale * (offset @ right), height / 2 - scale * (offset @ up)]
    )


def test_the_endoscopy_shows_the_vessel_where_the_truth_has_it(page: Page, address: str) -> None:
    contact = scene("touching")[1]["left"]["contacts"][0]["arc_mm"]
    truth = simulate("touching", seed=1).truth["nerves"]["left"]["contacts"][0]["arc_mm"]
    assert contact == pytest.approx(truth, abs=0.3)
    picture, at = flown_to(page, address, "touching", contact)
    rows, columns = np.nonzero(vessels(picture))
    assert len(rows) > 500
    # The vessel crosses the nerve there: some of it is nearer to that place than its own width.
    away = np.hypot(columns - at[0], rows - at[1]).min()
    assert away < 0.12 * picture.shape[0]


def test_the_endoscopy_of_a_nerve_alone_shows_no_vessel(page: Page, address: str) -> None:
    picture, _at = flown_to(page, address, "arc", 6.0)
    assert vessels(picture).sum() == 0
    assert picture.std() > 10


def test_a_case_is_shown_with_the_views_of_its_technique_alone(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, f"{address}/touching/?views=mpr&blind")
    assert sorted({url.rsplit("/", 1)[1] for url in asked if url.endswith(".part")}) == [
        "coarse.part",
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
