"""A monitor at a participant finds in two clicks who changed a value, when, why and from what."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Route

from enrollment.journey import State
from enrollment.services.forms import save_form
from studysite.core.models import User
from tests import audit
from tests.conftest import SAFE, screened, walk
from tests.reports.factory import Cast, make_cast

pytestmark = pytest.mark.browser
WHY = "The scale was misread."


class Counted:
    """Clicks on links, by what they say."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks = page, 0

    def click(self, name: str) -> None:
        """Press the link of that name."""
        self.page.get_by_role("link", name=name).first.click()
        self.clicks += 1


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: Any) -> dict[str, str]:
    """What a monitor gets at each address that the clicks could lead to, rendered before the
    browser is there: Django refuses the database beside it."""
    token = audit.name_the_tester()
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic("vault"):
        cast = make_cast("XA")
        number, entry = _corrected(cast)
        form = f"/participants/{number}/visits/screening/mri_safety/"
        value = f"/participants/{number}/values/{entry}/weight_kg/"
        pages = _pages(cast.monitor, [f"/participants/{number}/", form, value])
        transaction.set_rollback(True)
        transaction.set_rollback(True, "vault")
    audit.forget_the_tester(token)
    return pages


def _corrected(cast: Cast) -> tuple[str, int]:
    """Somebody whose weight was entered and then put right."""
    row = screened(cast.coordinator, cast.site, 1)
    walk(row, State.CONSENTED, cast.coordinator, cast.investigator, "2d")
    for revision, weight in enumerate((64.5, 66.5)):
        made = save_form(
            by=cast.coordinator, participant=row, form="mri_safety", visit="screening",
            answers=SAFE | {"weight_kg": weight}, seen_revision=revision, submit=True,
            reason=WHY if revision else "",
        )  # fmt: skip
    return row.number, made.pk


def _pages(monitor: User, addresses: list[str]) -> dict[str, str]:
    client = Client()
    client.force_login(monitor)
    return {address: client.get(address).content.decode() for address in addresses}


@pytest.mark.django_db(databases=["default", "vault"])
def test_every_answer_leads_to_its_history() -> None:
    cast = make_cast("XA")
    number, entry = _corrected(cast)
    form = f"/participants/{number}/visits/screening/mri_safety/"
    html = _pages(cast.monitor, [form])[form]
    for item in SAFE:
        assert f"/participants/{number}/values/{entry}/{item}/" in html


def test_a_monitor_finds_a_change_in_two_clicks(seen: dict[str, str], browser: Browser) -> None:
    def answer(route: Route) -> None:
        html = seen.get(urlsplit(route.request.url).path)
        if html is None:
            route.abort()
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page = browser.new_page()
    page.route("**/*", answer)
    page.goto(f"http://study.test{next(iter(seen))}")
    counted = Counted(page)
    counted.click("MRI safety")
    counted.click("History: Weight")
    told = page.locator("main").inner_text()
    assert counted.clicks == 2
    for word in ("Liu Yang", WHY, "64.5", "66.5", timezone.localdate().isoformat()):
        assert word in told, told
    page.close()
