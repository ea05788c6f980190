"""The whole way in a real browser: a coordinator's new participant becomes a case summary."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from imaging.dicom.phantom_series import write_series
from imaging.nerve.phantom import Phantom, simulate
from reports.demo.people import PASSWORD
from tests.postgres import free_port

ROOT = Path(__file__).parents[2]
PATIENT_ID = "J-20260001"
SLOW_MS = 120_000
MAKE_ACCOUNTS = "from reports.demo.stage import make_accounts; make_accounts()"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Site:
    """A served, empty study, and a browser to visit it with."""

    address: str
    browser: Browser

    def visit(self, username: str) -> Page:
        """A signed-in person's own window; anything the page's console complains of fails."""
        window = self.browser.new_page(base_url=self.address, viewport=_SIZE)
        window.set_default_timeout(SLOW_MS)
        window.on("pageerror", lambda error: pytest.fail(str(error)))
        window.on("console", _no_violation)
        window.goto("/accounts/login/")
        window.fill("[name=login]", username)
        window.fill("[name=password]", PASSWORD)
        window.click("main button[type=submit], form button[type=submit]:has-text('Sign in')")
        expect(window.locator("h1")).to_be_visible()
        return window


_SIZE: Any = {"width": 1280, "height": 900}


def _no_violation(message: Any) -> None:
    assert "Content Security Policy" not in message.text, message.text


@pytest.fixture(scope="module")
def site(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, migrated: Path
) -> Iterator[Site]:
    """A study of its own: accounts, web server, worker and clock, and nobody in it yet."""
    folder, port = tmp_path_factory.mktemp("study"), free_port()
    environment = {**os.environ, "VAR_DIR": str(folder)}
    environment["DJANGO_SETTINGS_MODULE"] = "studysite.settings"

    def manage(*words: str) -> list[str]:
        return [sys.executable, "manage.py", *words]

    shutil.copytree(migrated, folder, dirs_exist_ok=True)
    subprocess.run(
        manage("shell", "-v", "0", "-c", MAKE_ACCOUNTS), cwd=ROOT, env=environment, check=True
    )
    serving = subprocess.Popen(manage("serve", "--port", str(port)), cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        yield Site(address, browser)
    finally:
        serving.terminate()
        serving.wait(timeout=30)


def wait_for(address: str) -> None:
    """Ask for the page of signing in until it is there."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/accounts/login/", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("The study is not served within two minutes.")


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    """Two straight 1.2 mm nerves on 0.4 mm voxels."""
    return simulate("straight", seed=1)


@pytest.fixture(scope="module")
def scan(phantom: Phantom, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The phantom as a scanner would send it."""
    return write_series(
        phantom.volume,
        tmp_path_factory.mktemp("scan"),
        patient_id=PATIENT_ID,
        patient_name="Canary^Name",
        birth_date=date(1975, 5, 5),
        study_date=date(2026, 11, 1),
    )


def test_a_participant_goes_from_screening_to_a_case_summary(
    site: Site, scan: list[Path], phantom: Phantom, tmp_path: Path
) -> None:
    coordinator = site.visit("coordinator")
    number = screen(coordinator)
    record_consent(coordinator, number)
    enter_forms(coordinator, number)

    investigator = site.visit("investigator")
    judge(investigator, number)

    enrol(coordinator, number)
    upload(coordinator, number, scan)

    analyst = site.visit("analyst")
    measure(analyst, number, phantom)

    pdf = summarise(investigator, number, tmp_path)
    text = subprocess.run(
        ["pdftotext", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert number in text
    assert "Mean CSA" in text
    assert "mm³" in text
    assert "Canary" not in text
    assert PATIENT_ID not in text


def screen(page: Page) -> str:
    page.goto("/participants/new/")
    page.fill("[name=name]", "Canary Name")
    page.fill("[name=hospital_number]", PATIENT_ID)
    page.fill("[name=birth_on]", "2099-01-01")
    page.check("[name=sex][value=female]")
    page.check("[name=affected_side][value=left]")
    page.fill("[name=onset]", "2020-03")
    page.click("main form .btn-primary")
    expect(page.locator("main")).to_contain_text("future")
    page.fill("[name=birth_on]", "1975-05-05")
    page.click("main form .btn-primary")
    page.wait_for_url("**/participants/XJ-*/")
    return page.url.rstrip("/").rsplit("/", 1)[1]


def record_consent(page: Page, number: str) -> None:
    page.goto(f"/participants/{number}/consent/")
    page.check("input[name=language][value=zh-hans]")
    page.fill("[name=signed_on]", date.today().isoformat())
    page.click("main form .btn-primary")
    page.wait_for_url(f"**/participants/{number}/")


def enter_forms(page: Page, number: str) -> None:
    page.goto(f"/participants/{number}/visits/screening/demographics/")
    choose(page, handedness="right", hypertension="no", family_history="no", botulinum="no")
    choose(page, carbamazepine="no")
    submit(page, number)
    page.goto(f"/participants/{number}/visits/screening/mri_safety/")
    choose(page, pacemaker="no", metal_implant="no", claustrophobia="no")
    choose(page, pregnancy_test="not_applicable")
    page.fill("[name=weight_kg]", "61.5")
    submit(page, number)


def choose(page: Page, **answers: str) -> None:
    for name, value in answers.items():
        field = page.locator(f"[name={name}]").first
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            page.check(f"input[name={name}][value='{value}']")


def submit(page: Page, number: str) -> None:
    page.click("[name=act][value=submit]")
    page.wait_for_url(f"**/participants/{number}/")


def judge(page: Page, number: str) -> None:
    page.goto(f"/participants/{number}/eligibility/")
    for key in ("I1", "I3", "I4", "I5", "E1", "E2", "E3", "C1"):
        verdict = "met" if key.startswith("I") else "not_met"
        page.check(f"[name=verdict_{key}][value={verdict}]")
        page.fill(f"[name=evidence_{key}]", "History and examination.")
    page.click("button:has-text('Save the verdicts')")
    page.click("button:has-text('Confirm eligibility')")
    expect(page.locator("main")).to_contain_text("Eligible")


def enrol(page: Page, number: str) -> None:
    page.goto(f"/participants/{number}/enrol/")
    page.check("[name=arm][value='3d']")
    page.fill("[name=reason]", "Next in turn.")
    confirm = page.locator("main form [type=checkbox]")
    if confirm.count():
        confirm.first.check()
    page.click("main form .btn-primary")
    page.wait_for_url(f"**/participants/{number}/")


def upload(page: Page, number: str, scan: list[Path]) -> None:
    page.goto(f"/scans/upload/?participant={number}")
    page.locator("input[type=file]").first.set_input_files(scan)
    page.wait_for_url("**/scans/intakes/*/", timeout=SLOW_MS)
    expect(page.locator("main")).to_contain_text(f"stored for {number}", timeout=SLOW_MS)


def measure(page: Page, number: str, phantom: Phantom) -> None:
    page.goto(f"/scans/of/{number}/")
    page.click("a[href*='/series/']")
    choose(page, verdict="accepted", score="5")
    page.click("#quality .btn-primary")
    expect(page.locator("[data-ends]")).to_be_visible()
    for side, ends in phantom.truth["ends"].items():
        for end, point in ends.items():
            for axis, value in zip("xyz", point, strict=True):
                name = f"{side}_{end.removesuffix('_mm')}_{axis}"
                page.fill(f"[name={name}]", f"{value:.1f}")
    page.click("[data-ends] .btn-primary")
    page.wait_for_url("**/measurements/*/")
    expect(page.locator("main")).to_contain_text("mm³", timeout=SLOW_MS)


def summarise(page: Page, number: str, folder: Path) -> Path:
    page.goto(f"/participants/{number}/documents/")
    page.click("main button[name=language][value=en]")
    link = page.locator("a[download]")
    expect(link).to_be_visible(timeout=SLOW_MS)
    with page.expect_download() as download:
        link.first.click()
    assert download.value.suggested_filename == f"{number}-case-summary-v1.pdf"
    path = folder / "case.pdf"
    download.value.save_as(path)
    return path
