"""What a browser shows of the viewer, as numbers."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from playwright.sync_api import Page

from imaging.render.course import NerveCourse
from tests.imaging.urls_viewing import scene

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
