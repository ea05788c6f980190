"""The parts of a page in a real browser: narrow, zoomed, by keyboard, under the strict policy."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser
PAGES = ["/", "/participants/", "/form/", "/login/", "/refusal/"]


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    """Answers a browser's requests side by side."""

    daemon_threads = True


class Silent(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the sheet of components is served; it needs no database."""
    with override_settings(ROOT_URLCONF="tests.studysite.urls_components"):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab that speaks English."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_the_policy_refuses_nothing(page: Page, address: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES:
        page.goto(address + path)
    assert [text for text in said if "Policy" in text or "rror:" in text] == []


def test_the_policy_is_on(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_never_scrolls_sideways(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    for width in (1024, 640, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 1024])
def test_nothing_sticks_out_of_its_panel(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    panels = page.locator(".panel, .figure, .drop").all()
    assert len(panels) >= 8
    for panel in panels:
        assert panel.evaluate("panel => panel.scrollWidth - panel.clientWidth") <= 0


def test_the_first_tab_stop_skips_to_the_content(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_way_names_its_current_step(page: Page, address: str) -> None:
    page.goto(address)
    steps = page.get_by_role("list", name="Way through the study").get_by_role("listitem")
    expect(steps).to_have_count(12)
    expect(page.locator('[aria-current="step"]')).to_contain_text("Measured: now")


def test_a_wrong_field_is_described_by_its_sentence(page: Page, address: str) -> None:
    page.goto(address + "/form/")
    expect(page.get_by_label("Weight")).to_have_accessible_description(
        "Ensure this value is less than or equal to 250."
    )
    expect(page.get_by_label("Hospital number")).to_have_accessible_description(
        "Kept in the vault, apart from study data. This field is required."
    )


def test_the_head_of_a_table_stays_in_sight(page: Page, address: str) -> None:
    page.goto(address + "/participants/")
    page.mouse.wheel(0, 600)
    page.wait_for_function("() => window.scrollY > 300")
    expect(page.get_by_role("columnheader", name="Next step")).to_be_in_viewport()


def test_a_job_asks_for_itself(page: Page, address: str) -> None:
    page.goto(address)
    with page.expect_response("**/jobs/running/") as answer:
        pass
    assert answer.value.ok
    expect(page.locator("#job-running")).to_contain_text("Half.")


def choose(page: Page, folder: Path, contents: dict[str, str]) -> None:
    for name, content in contents.items():
        (folder / name).write_text(content)
    page.locator("input[type=file]").first.set_input_files([folder / name for name in contents])


def test_files_are_sent_one_by_one_and_the_next_page_opens(
    page: Page, address: str, tmp_path: Path
) -> None:
    page.goto(address)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    choose(page, tmp_path, {f"{number}.dcm": f"scan {number}" for number in range(5)})
    page.wait_for_url("**/login/")
    assert len([url for url in sent if "/arrive/" in url]) == 1 + 5 + 1


def test_a_refused_file_is_said_and_the_others_can_go_on(
    page: Page, address: str, tmp_path: Path
) -> None:
    page.goto(address)
    choose(page, tmp_path, {"one.dcm": "scan one", "two.dcm": "no scan"})
    expect(page.locator("[data-said]")).to_have_text("This file is no scan.")
    expect(page.locator(".sends li")).to_have_text(["one.dcm Arrived", "two.dcm Refused"])
    expect(page.locator("[data-counted]")).to_have_text("1 of 2 files have arrived")
    page.get_by_role("button", name="Go on with what has arrived").click()
    page.wait_for_url("**/login/")


def test_a_file_that_the_network_lost_has_not_arrived_and_is_sent_again(
    page: Page, address: str, tmp_path: Path
) -> None:
    sent: list[str] = []

    def lose(route: Route) -> None:
        # The first asks where to send, the second is the first file; from there on nothing arrives.
        sent.append(route.request.url)
        route.continue_() if len(sent) < 3 else route.abort()

    page.goto(address)
    page.route("**/arrive/**", lose)
    choose(page, tmp_path, {"one.dcm": "scan 1", "two.dcm": "scan 2"})
    lost = ["one.dcm Arrived", "two.dcm Not arrived"]
    expect(page.locator(".sends li")).to_have_text(lost, timeout=30_000)
    page.unroute("**/arrive/**")
    page.get_by_role("button", name="Send the rest", exact=True).click()
    page.wait_for_url("**/login/")


@pytest.mark.parametrize("opened_again", [False, True])
def test_a_cut_file_goes_on_where_it_was(
    page: Page, address: str, tmp_path: Path, opened_again: bool
) -> None:
    """Within the page, and after it was opened again and the same file chosen."""
    asked: list[str] = []

    def cut(route: Route) -> None:
        # A piece is 8 MiB: the second of the file, and each try after it, is lost.
        lost = opened_again or len([url for url in asked if "at=8388608" in url]) < 2
        asked.append(route.request.url)
        route.abort() if lost and "at=8388608" in route.request.url else route.continue_()

    page.goto(address)
    page.route("**/arrive/**", cut)
    choose(page, tmp_path, {"large.zip": f"scan {opened_again}" + "." * (9 * 2**20)})
    if opened_again:
        expect(page.locator(".sends li")).to_contain_text("Not arrived", timeout=30_000)
        page.unroute("**/arrive/**")
        page.goto(address)
        page.on("request", lambda request: asked.append(request.url))
        page.get_by_role("button", name="Send the rest of yesterday's").click()
        expect(page.locator("[data-resumed]")).to_be_visible()
        page.locator("input[type=file]").first.set_input_files(tmp_path / "large.zip")
    page.wait_for_url("**/login/")
    assert len([url for url in asked if "?at=0" in url]) == 1


def test_a_refused_part_is_said_on_the_page(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("() => htmx.ajax('GET', '/refusal/', '#main')")
    expect(page.get_by_role("alert").first).to_have_text(
        "A participant who is screened cannot become enrolled."
    )


def test_the_language_switch_turns_the_page_chinese(page: Page, address: str) -> None:
    page.goto(address + "/login/")
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
