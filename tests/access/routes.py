"""Every page of the URL conf, with what it declares and an address of it. The API's routes have a
table of their own (`tests/api/access_table.py`), which is held to the URL conf in the same way.

A page whose address needs something that `PLACES` does not know fails the suite: it has no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from studysite.core.gate import declared
from studysite.core.roles import Action

# Held to tables of their own: tests/api/access_table.py and tests/imaging/dicomweb/test_web.py.
# What machines ask is in tests/studysite/test_health.py and tests/reports/views/test_running.py.
NO_PAGES = ("api/", "dicomweb/", "health/", "metrics/")
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
# Beginnings of addresses, and what their arguments are in `tests/api/scene.py`.
PLACES: dict[str, dict[str, object]] = {
    "participants/": {"number": "{number}", "visit": "screening", "key": "mri_safety"},
    "participants/<slug:number>/log/": {
        "number": "{number}",
        "key": "adverse_event",
        "repeat": "1",
    },
    "participants/<slug:number>/forms/": {
        "number": "{number}",
        "visit": "screening",
        "key": "mri_safety",
        "repeat": "0",
    },
    "participants/<slug:number>/values/": {
        "number": "{number}",
        "pk": "{entry}",
        "item": "pacemaker",
    },
    "forms/": {"key": "severity", "version": "1.0"},
    "protocol/": {"version": "1.0"},
    "scans/of/": {"number": "{number}"},
    "scans/intakes/": {"pk": "{intake}", "key": "00000000-0000-4000-8000-000000000001"},
    "scans/held/": {"pk": "{held}"},
    "scans/expected/": {"pk": "{scan}"},
    "series/": {"pk": "{series}", "axis": "axial", "number": "0"},
    "series/<int:pk>/parts/": {"pk": "{series}", "name": "coarse.part"},
    "nodes/": {"pk": "{peer}"},
    "sendings/": {"pk": "{dispatch}"},
    "measurements/": {"pk": "{measurement}", "side": "left", "name": "mpr.png"},
    "measurements/<int:pk>/parts/": {
        "pk": "{measurement}",
        "side": "both",
        "name": "volume.part",
    },
    "measurements/<int:pk>/compare/": {
        "pk": "{measurement}",
        "other": "{measurement}",
        "side": "left",
    },
    "reads/<str:reading_id>/parts/": {"reading_id": "{read}", "name": "left-surfaces.part"},
    "reads/<str:reading_id>/keys/": {"reading_id": "{read}", "number": "1"},
    "reads/": {"reading_id": "{read}", "name": "left-plain_endoscopy.png"},
    "documents/": {"pk": "{document}"},
    "exports/": {"pk": "{export}"},
    "outcomes/": {"pk": "{report}"},
    "reports/kept/": {"pk": "{log}"},
    "jobs/": {"pk": "{job}"},
    "queries/": {"pk": "{query}"},
    "closing/requests/": {"pk": "{unlocking}"},
    "people/": {"username": "{username}", "site": "{site}", "role": "coordinator"},
    "readers/": {"username": "{reader}"},
    "accounts/factors/keys/": {"pk": "0"},
    "accounts/invitation/": {"token": "nonsense"},
}
# About nobody's record but the visitor's own, or what the trial has published: another site is no
# other relation.
OWN = ("accounts/", "forms/", "protocol/")


@dataclass(frozen=True)
class Page:
    """A page: the address as the URL conf has it, and the action it declares. None: open to all."""

    pattern: str
    name: str
    action: Action | None

    @property
    def about_a_record(self) -> bool:
        """Whether the address names a record of a site."""
        return bool(ARGUMENT.search(self.pattern)) and not self.pattern.startswith(OWN)

    def address(self, names: Mapping[str, object]) -> str:
        """The page about the scene. KeyError where the table has no row for it."""
        beginnings = [start for start in PLACES if self.pattern.startswith(start)]
        known = PLACES[max(beginnings, key=len)] if beginnings else {}
        filled = ARGUMENT.sub(lambda found: str(known[found[1]]), self.pattern)
        return "/" + filled.format(**names)

    def __str__(self) -> str:
        return self.pattern or "/"


def pages() -> list[Page]:
    """Every page; the API is left out."""
    return list(_pages(get_resolver().url_patterns, ""))


def undeclared() -> list[str]:
    """Addresses whose view says nothing about who may open them, the API's among them."""
    views = _views(get_resolver().url_patterns, "")
    return [pattern for pattern, view in views if not declared(view)]


def _pages(patterns: list[Any], before: str) -> Iterator[Page]:
    for entry in patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _pages(entry.url_patterns, here)
        elif isinstance(entry, URLPattern) and not here.startswith(NO_PAGES):
            yield Page(here, str(entry.name), getattr(entry.callback, "required_action", None))


def _views(patterns: list[Any], before: str) -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _views(entry.url_patterns, here)
        else:
            yield here, entry.callback
