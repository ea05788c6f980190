"""No page breaks a rule of accessibility: axe-core in Chromium over every page that can be got, for
every role, in both languages. Pages that differ in words alone are asked once a language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import numpy as np
import pytest
from django.contrib.staticfiles import finders
from django.db import transaction
from playwright.sync_api import Browser, Page

from enrollment.journey import State
from imaging.nerve.volume import Volume
from studysite.core.models import User
from tests import audit
from tests.api.scene import build
from tests.browser import rendered_pages
from tests.browser.rendered_pages import Rendered
from tests.conftest import screened
from tests.reports.factory import make_cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text(encoding="utf-8")
STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
LINK = re.compile(r"<link [^>]+>")
SCRIPT = re.compile(r"<script [^>]*></script>")
ASK = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map((each) => [
    each.id, each.help, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)),
  ]);
}"""
# In the place of a stored scan, which a page of a series shows slices of.
SCAN = Volume(np.zeros((20, 24, 16), np.float32), np.eye(4))
BAD = "<!doctype html><html><head><title>x</title></head><body><img src='x.png'></body></html>"


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> list[Rendered]:
    """Every page, rendered before the browser is there: Django refuses the database beside it."""
    token = audit.name_the_tester()
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic("vault"):
        scene, newcomers = build("XA"), make_cast("EM")
        early = screened(scene.cast.coordinator, scene.cast.site, 1)
        assert early.state == State.SCREENED
        found = rendered_pages.visitor_pages()
        with patch("imaging.volumes._read", return_value=SCAN):
            found += rendered_pages.render(scene, newcomers, early.number)
        assert User.objects.exists()
        transaction.set_rollback(True)
        transaction.set_rollback(True, "vault")
    audit.forget_the_tester(token)
    return found


@pytest.fixture(scope="module")
def tab(pages: list[Rendered], browser: Browser) -> Iterator[Page]:
    """A tab that is given one page after the other."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    yield opened
    context.close()


def distinct(pages: list[Rendered]) -> list[Rendered]:
    """One page of each name, language and skeleton; and a whole page for each role's menu."""
    kept: dict[object, Rendered] = {}
    for page in pages:
        kept.setdefault((page.name, page.language, page.skeleton), page)
        kept.setdefault(("menu", page.role, page.language), page)
    return list(dict.fromkeys(kept.values()))


def alone(html: str) -> str:
    """A page that asks for nothing more: its style sheets in itself, its scripts left out."""
    paths = [urlsplit(link).path.removeprefix("/static/") for link in STYLES.findall(html)]
    css = "".join(_sheet(path) for path in paths)
    bare = SCRIPT.sub("", LINK.sub("", html))
    return bare.replace("</head>", f"<style>{css}</style></head>", 1)


@cache
def _sheet(path: str) -> str:
    found = finders.find(path)
    return Path(found).read_text(encoding="utf-8") if isinstance(found, str) else ""


def violations(tab: Page, html: str) -> list[Any]:
    """What axe finds wrong with a page."""
    tab.set_content(alone(html), wait_until="domcontentloaded")
    tab.evaluate(AXE)
    found: list[Any] = tab.evaluate(ASK)
    return found


@pytest.mark.django_db(databases=["default", "vault"])
def test_every_page_that_there_is_has_an_address() -> None:
    scene = build("XA")
    early = screened(scene.cast.coordinator, scene.cast.site, 1)
    found = list(rendered_pages.addresses(scene, early.number))
    unreached = [name for name, paths in found if not paths]
    assert unreached == [], "give these routes values in rendered_pages.values_of"
    assert len(found) > 40


def test_no_page_breaks_a_rule_of_accessibility(pages: list[Rendered], tab: Page) -> None:
    asked = distinct(pages)
    wrong = {str(page): found for page in asked if (found := violations(tab, page.html))}
    assert len({page.name for page in asked}) > 30
    assert {page.role for page in asked} >= set(rendered_pages.Role.values)
    assert wrong == {}


def test_a_page_that_breaks_a_rule_is_found(tab: Page) -> None:
    rules = {rule for rule, _help, _nodes in violations(tab, BAD)}
    assert {"image-alt", "html-has-lang"} <= rules
