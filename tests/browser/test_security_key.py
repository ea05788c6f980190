"""A security key in a real browser, by Chromium's virtual authenticator: added, signed in with, and
used for a signature by somebody who has no other second factor."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.test_journey import ROOT, wait_for
from tests.postgres import free_port
from tests.reports.factory import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBER = "XA-001"
# An authenticator on USB that is touched at once, and knows its owner by a PIN.
KEY = {
    "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
MAKE_CASE = """
from studysite.core.audit.writer import writing
from tests.audit import TESTER
from tests.reports.factory import finished, make_cast
with writing(TESTER):
    finished(make_cast("XA"))
"""


@dataclass(frozen=True)
class Desk:
    """An investigator's browser window with a security key plugged in."""

    page: Page
    cdp: CDPSession
    key: str

    def sign_in(self) -> None:
        """Give name and password."""
        self.page.goto("/accounts/login/")
        self.page.fill("[name=login]", "li-XA")
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "login" not in url)

    def touch(self, button: str = "Use a security key") -> None:
        """Press the button that asks for the key; the key answers by itself."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def credentials(self) -> list[dict[str, Any]]:
        """What the key holds."""
        told = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.key})
        found: list[dict[str, Any]] = told["credentials"]
        return found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[str]:
    """A served study with one finished case. By name: a key is bound to a name, never to an IP
    address."""
    folder, port = tmp_path_factory.mktemp("study"), free_port()
    environment = {**os.environ, "VAR_DIR": str(folder)}
    environment["DJANGO_SETTINGS_MODULE"] = "studysite.settings"

    def manage(*words: str) -> list[str]:
        return [sys.executable, "manage.py", *words]

    shutil.copytree(migrated, folder, dirs_exist_ok=True)
    subprocess.run(
        manage("shell", "-v", "0", "-c", MAKE_CASE), cwd=ROOT, env=environment, check=True
    )
    serving = subprocess.Popen(manage("serve", "--port", str(port)), cwd=ROOT, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://localhost:{port}"
    finally:
        serving.terminate()
        serving.wait(timeout=30)


@pytest.fixture
def desk(address: str, browser: Browser) -> Iterator[Desk]:
    page = browser.new_page(base_url=address)
    page.set_default_timeout(40_000)
    page.on("console", lambda message: _no_complaint(message.text))
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    told = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    yield Desk(page, cdp, told["authenticatorId"])
    page.close()


def _no_complaint(text: str) -> None:
    assert "Content Security Policy" not in text, text


def test_a_key_is_added_signs_in_and_signs(desk: Desk) -> None:
    page = desk.page
    desk.sign_in()
    page.goto("/accounts/factors/keys/add/")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.fill("[name=name]", "Blue key")
    desk.touch("Add")
    expect(page).to_have_url(f"{_origin(page)}/accounts/factors/codes/")
    assert len(desk.credentials()) == 1
    page.goto("/accounts/factors/keys/")
    expect(page.locator("main")).to_contain_text("Blue key")
    page.get_by_role("button", name="Sign out").click()

    desk.sign_in()
    expect(page.locator("h1")).to_have_text("Second factor")
    desk.touch()
    expect(page).to_have_url(f"{_origin(page)}/")
    assert desk.credentials()[0]["signCount"] > 1

    page.goto(f"/participants/{NUMBER}/sign/")
    page.fill("[name=password]", PASSWORD)
    desk.touch()
    expect(page.locator("[data-accepted]")).to_contain_text("The key was accepted.")
    page.get_by_role("button", name="Sign", exact=True).click()
    page.goto(f"/participants/{NUMBER}/sign/")
    expect(page.locator("main")).to_contain_text("Chen Li")
    expect(page.locator("main")).to_contain_text("Valid")

    page.goto("/accounts/factors/keys/again/?next=/accounts/factors/keys/")
    desk.touch()
    expect(page).to_have_url(f"{_origin(page)}/accounts/factors/keys/")

    desk.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": desk.key})
    page.goto(f"/participants/{NUMBER}/sign/")
    desk.touch()
    expect(page.get_by_role("alert").filter(has_text="not accepted")).to_be_visible()
    assert page.input_value("[name=code]") == ""


def _origin(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])
