"""The API's documentation in a real browser, under the strict policy and from our own files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from wsgiref.simple_server import make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect

from tests.api.access_table import TABLE
from tests.browser.test_components import Silent, Threaded

pytestmark = pytest.mark.browser
# Every row of the table but the two of the documentation itself, and signing in.
OPERATIONS = len(TABLE) - 2 + 1


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with override_settings(ROOT_URLCONF="tests.api.urls_docs"):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def seen_scrolling(page: Page) -> set[str]:
    """Each operation's element, from top to bottom: of many, those out of sight are not drawn."""
    seen: set[str] = set()
    for _ in range(60):
        page.wait_for_timeout(150)
        blocks = page.locator(".opblock")
        seen |= set(blocks.evaluate_all("all => all.map(each => each.id)"))
        if len(seen) >= OPERATIONS:
            break
        page.mouse.wheel(0, 600)
    return seen


def test_the_page_lists_every_operation_under_the_policy(page: Page, address: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(f"{address}/api/v1/docs/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in f"{policy};"
    assert "unsafe" not in policy
    expect(page.locator(".opblock").first).to_be_visible(timeout=60_000)
    seen = seen_scrolling(page)
    assert len(seen) == OPERATIONS
    screening = page.locator("#operations-participants-screen_participant")
    for _ in range(60):
        if screening.count():
            break
        page.mouse.wheel(0, -600)
        page.wait_for_timeout(150)
    screening.locator(".opblock-summary-control").click()
    expect(page.locator(".opblock-body").first).to_contain_text("hospital_number")
    assert [text for text in said if "Policy" in text or "rror" in text] == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
