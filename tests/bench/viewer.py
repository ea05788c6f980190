"""How fast the viewer shows a large scan, how long a frame takes, and what a page keeps in memory.

    .venv/bin/python -m tests.bench.viewer [--cases 50]

Debian's Chromium without a graphics card, served from this machine; no test of the suite.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import threading
import time
from functools import cache
from typing import Any
from wsgiref.simple_server import make_server

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

import numpy as np
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import path, reverse
from playwright.sync_api import Page, sync_playwright
from scipy.ndimage import gaussian_filter

from imaging.nerve.volume import Volume
from imaging.render.packed import COARSE, packed_volume
from imaging.services.viewing import COMPRESSION
from imaging.viewer import viewing
from studysite.core.gate import open_to_all
from tests.browser.conftest import CHROMIUM
from tests.browser.test_components import Silent, Threaded
from tests.browser.viewing.conftest import DRAWING
from tests.imaging.urls_viewing import PAGE

SIZE = (512, 512, 128)
VIEWER = "document.querySelector('[data-viewing]').viewer"
FRAMES = f"""async () => {{
  const viewer = {VIEWER}, times = [];
  for (let i = 0; i < 40; i += 1) {{
    viewer.mpr.panes[0].scroll(i < 20 ? 1 : -1);
    const start = performance.now();
    for (const pane of viewer.mpr.panes) pane.draw();
    times.push(performance.now() - start);
  }}
  return times;
}}"""


@cache
def parts() -> dict[str, bytes]:
    """A scan of 512 x 512 x 128, packed as the worker packs it."""
    rng = np.random.default_rng(1)
    voxels = gaussian_filter(rng.normal(600, 150, SIZE).astype(np.float32), 0.6)
    volume = Volume(voxels.astype(np.int16), np.diag([0.4, 0.4, 0.5, 1.0]))
    told = {
        "window": [200.0, 1000.0],
        "places": {"left": [90.0, 100.0, 30.0], "right": [110.0, 100.0, 30.0]},
        "acquired": [0.4, 0.4, 0.5],
    }
    made = {
        "coarse.part": packed_volume(volume, told, every=COARSE),
        "volume.part": packed_volume(volume, told),
    }
    return {name: gzip.compress(content, COMPRESSION) for name, content in made.items()}


@open_to_all
def page(request: HttpRequest) -> HttpResponse:
    """The viewer of that scan."""
    shown = viewing(
        {"both": dict.fromkeys(parts(), "")},
        ["mpr"],
        lambda _side, name: reverse("part", args=[name]),
    )
    return HttpResponse(engines["django"].from_string(PAGE).render({"viewing": shown}, request))


@open_to_all
def one_part(request: HttpRequest, name: str) -> HttpResponse:
    """One part."""
    answer = HttpResponse(parts()[name], content_type="application/octet-stream")
    answer["Content-Encoding"] = "gzip"
    return answer


urlpatterns = [path("", page, name="page"), path("<str:name>", one_part, name="part")]


def opened(tab: Page, address: str) -> tuple[float, float]:
    """Seconds until the first picture is painted, and until all voxels are there."""
    start = time.perf_counter()
    tab.goto(address, wait_until="commit")
    tab.wait_for_function(
        "() => { const c = document.querySelector('[data-plane=axial] canvas');"
        " if (!c || c.width < 10) return false; const drawn = c.getContext('2d');"
        " return drawn.getImageData(c.width / 2, c.height / 2, 1, 1).data[0] > 0; }"
    )
    first = time.perf_counter() - start
    tab.wait_for_selector("[data-loaded=whole]", timeout=60_000)
    return first, time.perf_counter() - start


def heap_mb(tab: Page) -> float:
    """What the page's script holds after its rubbish is collected; buffers included."""
    client = tab.context.new_cdp_session(tab)
    client.send("HeapProfiler.collectGarbage")
    found: dict[str, Any] = client.send("Runtime.getHeapUsage")
    client.detach()
    return float(found["usedSize"] + found.get("backingStorageSize", 0)) / 2**20


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=50)
    count = parser.parse_args().cases
    sizes = {name: f"{len(content) / 2**20:.1f} MB" for name, content in parts().items()}
    print("compressed:", sizes)
    with override_settings(ROOT_URLCONF=__name__), sync_playwright() as playwright:
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=DRAWING)
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        firsts, wholes, heaps, frames = [], [], [], []
        for _case in range(count):
            first, whole = opened(tab, f"http://127.0.0.1:{server.server_port}/")
            firsts.append(first)
            wholes.append(whole)
            heaps.append(heap_mb(tab))
            if len(frames) < 200:
                frames += tab.evaluate(FRAMES)
        browser.close()
        server.shutdown()
    middle = statistics.median
    print(f"first picture: median {middle(firsts):.2f} s, worst {max(firsts):.2f} s")
    print(f"all voxels: median {middle(wholes):.2f} s, worst {max(wholes):.2f} s")
    late = np.percentile(frames, 95)
    print(f"three planes drawn: median {middle(frames):.0f} ms, 95 % {late:.0f} ms")
    print(f"memory: first {heaps[0]:.0f} MB, last {heaps[-1]:.0f} MB, most {max(heaps):.0f} MB")


if __name__ == "__main__":
    main()
