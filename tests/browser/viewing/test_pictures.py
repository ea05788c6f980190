"""The viewer in a real browser, beside what the server itself draws of the same phantom."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from scipy.ndimage import map_coordinates

from imaging.render.cpr import straightened
from imaging.render.key_picture import WIDEST_PX, draw_planes
from imaging.render.packed import BEYOND_MM
from imaging.render.sampling import Window, sample
from imaging.render.slices import default_window
from imaging.viewed import checked
from tests.browser.viewing.seen import (
    VIEWER,
    course_of,
    opened,
    points_of,
    psnr,
    settle,
    shown,
    state,
)
from tests.imaging.urls_viewing import angiogram, part, phantom, scene

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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


def test_the_angiogram_is_laid_over_the_scan_where_it_belongs(page: Page, address: str) -> None:
    opened(page, f"{address}/indented/?views=mpr")
    expect(page.locator("[data-laid]")).to_have_text("moved by 1.25 mm, 0.50°, ± 0.10 mm")
    page.locator("[data-fade]").fill("1")
    view, grey = shown(page, "axial")
    tof = angiogram("indented")
    values = sample(tof, points_of(view), order=1)
    inside = np.isfinite(values)
    assert psnr(grey[inside], default_window(tof).grey(values[inside]).astype(float)) > 45
    page.locator("[data-fade]").fill("0.5")
    _view, both = shown(page, "axial")
    page.locator("[data-fade]").fill("0")
    _view, scan = shown(page, "axial")
    assert np.abs(both - (scan + grey) / 2)[inside].max() <= 1


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
    truth = phantom("touching").truth["nerves"]["left"]["contacts"][0]["arc_mm"]
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


KEPT = "() => VIEWER.taken()".replace("VIEWER", VIEWER)


@pytest.mark.parametrize(("tab", "pane", "file"), [
    ("mpr", "sagittal", "volume.part"), ("cpr", "section", "straightened.part"),
])  # fmt: skip
def test_a_view_that_is_kept_is_drawn_by_the_server_and_shown_again(
    page: Page, address: str, tab: str, pane: str, file: str
) -> None:
    opened(page, f"{address}/touching/?views=mpr,cpr")
    page.click(f"[data-tab={tab}]")
    for key in (".", ".", ".", "PageUp", "PageUp"):
        page.press(f"[data-view={tab}] svg[tabindex] >> nth=0", key)
    page.locator("[data-grey=width]").fill("40")
    _view, before = shown(page, pane)
    kept = checked(page.evaluate(KEPT), ["mpr", "cpr"])
    side = "both" if tab == "mpr" else "left"
    content = gzip.decompress(part("touching", side, file))
    drawn = draw_planes(content, kept, [told["name"] for told in kept["panes"]])
    picture = np.array(Image.open(io.BytesIO(drawn)).convert("L")).astype(float)
    # The first pane stands at the left, with fewer pixels where it is wider than a key image.
    first = shown(page, kept["panes"][0]["name"])[1]
    every = max(first.shape[1] / WIDEST_PX, 1.0)
    size = [round(count / every) for count in first.shape]
    mine = map_coordinates(first, every * np.mgrid[: size[0], : size[1]], order=1)
    theirs = picture[: size[0], : size[1]]
    inside = (theirs > 0) & (mine > 0)  # the browser shows the outermost half voxel too
    assert inside.mean() > 0.2
    assert psnr(theirs[inside], mine[inside]) > 30
    page.click("[data-reset]")
    page.click("[data-side=right]")
    page.wait_for_function(f"() => {VIEWER}.state.get('side') === 'right'")
    assert not np.array_equal(shown(page, pane)[1], before)
    page.evaluate("kept => VIEWER.restored(kept)".replace("VIEWER", VIEWER), kept)
    assert np.array_equal(shown(page, pane)[1], before)
