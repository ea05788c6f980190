"""The plots of the outcomes: a mark says its values under the pointer and under the keyboard, and
leads to its case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from reports.services.locking import lock_study
from tests import audit
from tests.reports.factory import finished, make_cast

pytestmark = pytest.mark.browser
STATIC = Path(settings.BASE_DIR) / "studysite" / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: Any) -> dict[str, tuple[str, str]]:
    """The outcomes of a locked study and what their marks lead to, each with its policy, rendered
    before the browser is there."""
    token = audit.name_the_tester()
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic("vault"):
        cast = make_cast("XA")
        person = finished(cast)
        lock_study(by=cast.data_manager, reason="Data are clean.")
        client = Client()
        client.force_login(cast.investigator)
        pages = {}
        for address in ("/outcomes/", f"/participants/{person.number}/", "/outcomes/cases/"):
            answer = client.get(address, {"cell": "flow.screened"})
            policy = answer.headers["Content-Security-Policy"]
            pages[address] = (answer.content.decode(), policy)
        transaction.set_rollback(True)
        transaction.set_rollback(True, "vault")
    audit.forget_the_tester(token)
    return pages


@pytest.fixture
def page(seen: dict[str, tuple[str, str]], browser: Browser) -> Any:
    """The page with its styles and scripts; any complaint of the console fails."""
    said: list[str] = []
    tab = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en")
    tab.set_default_timeout(10_000)
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.route("**/*", lambda route: _answer(route, seen))
    tab.goto("http://study.test/outcomes/")
    yield tab
    tab.close()
    assert [text for text in said if "Policy" in text or "rror:" in text] == []


def _answer(route: Route, seen: dict[str, tuple[str, str]]) -> None:
    path = urlsplit(route.request.url).path
    if path in seen:
        html, policy = seen[path]
        headers = {"Content-Security-Policy": policy}
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)
        return
    file = STATIC / path.partition("/static/")[2]
    if "/static/" in path and file.is_file():
        route.fulfill(path=file, content_type=TYPES.get(file.suffix, "font/woff2"))
        return
    route.fulfill(status=204)


@pytest.mark.django_db(databases=["default", "vault"])
def test_every_plot_has_marks_that_lead_to_records() -> None:
    cast = make_cast("XA")
    finished(cast)
    lock_study(by=cast.data_manager, reason="Data are clean.")
    client = Client()
    client.force_login(cast.investigator)
    html = client.get("/outcomes/").content.decode()
    assert "js/plots.js" in html
    plots = re.findall(r'<svg [^>]*role="group".*?</svg>', html, re.DOTALL)
    assert len(plots) >= 4
    for plot in plots:
        leads = re.findall(r'<a href="([^"]+)"', plot)
        assert leads
        assert all(lead.startswith(("/participants/", "/outcomes/cases/")) for lead in leads)


def marks(page: Page, plot: str) -> Any:
    """The marks of the plot of that name that lead somewhere."""
    return page.locator(f'svg[aria-label="{plot}"] a')


SIDES = "Mean CSA of the unaffected and the affected side"
FLOW = "Flow of participants and of nerve sides (STARD)"


def test_the_pointer_over_a_mark_says_its_values(page: Page) -> None:
    tip = page.locator(".plot-tip")
    expect(tip).to_be_hidden()
    marks(page, SIDES).first.hover()
    expect(tip).to_have_text("XA-001: unaffected 1.52, affected 1.14 mm²")
    page.keyboard.press("Home")
    page.mouse.move(1, 1)
    expect(tip).to_be_hidden()


def test_a_click_on_a_mark_opens_its_case(page: Page) -> None:
    marks(page, SIDES).first.click()
    assert urlsplit(page.url).path == "/participants/XA-001/"


def test_the_keyboard_walks_over_marks_and_opens_records(page: Page) -> None:
    found = marks(page, FLOW)
    assert found.count() > 3
    assert page.locator(f'svg[aria-label="{FLOW}"] a[tabindex="0"]').count() == 1
    found.first.focus()
    tip = page.locator(".plot-tip")
    expect(tip).to_have_text("Screened (n = 1)")
    page.keyboard.press("ArrowRight")
    expect(found.nth(1)).to_be_focused()
    expect(tip).to_have_text("Enrolled (n = 1)")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(found.last).to_be_focused()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    found.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/outcomes/cases/**")
    assert "cell=flow.screened" in page.url
