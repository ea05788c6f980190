"""Every page that can be got, as each role sees it: the list follows the addresses of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from studysite.core.models import User
from studysite.core.roles import POLICY, Action, Role
from tests.api.scene import Scene
from tests.reports.factory import Cast

LANGUAGES = ("en", "zh-hans")
# Routes that give no page: the API, whose one page has a test of its own; acts, which are posted;
# files, pictures, and parts of a page that are got by its script.
NO_PAGE = re.compile(
    r"^(api(:.*)?|dicomweb:.*|alive|ready|metrics|api_docs|set_language|job_retry|mfa_\w+_webauthn|security_key_code|close_account"
    r"|give_role|end_role|invite_again|closing:decide|enrollment:(confirm|screen_failure)"
    r"|imaging:(destination|call_peer|send_again|piece|close|retry_arrival|match_held|refuse_held|check_quality|measure|suggest"
    r"|suggestion|slice|retry_measurement|objects|profile|compared_profiles|series_part|measured_picture|measured_part"
    r"|read_picture|read_part|keep_key_image|key_picture|remove_key_image)"
    r"|enrollment:codebook_(csv|json)|reports:(make|document|document_list|blank_form|form_pdf)|monitoring:report|exports:(make|export_list|export_file)"
    r"|outcomes:(make|list|report|registry_json)|sheets:(\w+_(pdf|make|kept)|kept_file))$"
)
TEXT = re.compile(r">[^<]+<")
VARIABLE = re.compile(r'\b(href|value|id|for|datetime|aria-describedby|src|content)="[^"]*"')


@dataclass(frozen=True)
class Rendered:
    """One page as one role sees it in one language."""

    name: str
    role: str
    language: str
    path: str
    html: str

    def __str__(self) -> str:
        return f"{self.name} as {self.role} in {self.language} ({self.path})"

    @property
    def skeleton(self) -> str:
        """What is the same in two pages that differ in their words and numbers alone."""
        main = self.html[self.html.find("<main") :]
        return VARIABLE.sub(r"\1", TEXT.sub("><", re.sub(r"\d+", "0", main)))


def routes(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named route with its full name."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry, inner)
        elif entry.name:
            yield f"{space}{entry.name}", entry


def page_routes() -> list[tuple[str, URLPattern]]:
    """The routes that may give a page."""
    return [(name, entry) for name, entry in routes(get_resolver()) if not NO_PAGE.match(name)]


def values_of(scene: Scene, early: str) -> dict[str, list[dict[str, Any]]]:
    """What stands for each parameter in an address; by the route's name where one word stands for
    several things. A route with a parameter that is not here fails the test: give it a value."""
    names = scene.names
    numbers = [{"number": str(names["number"])}, {"number": early}]
    form = {"number": str(names["number"]), "visit": "baseline", "key": "severity"}
    return {
        "number": numbers,
        "number visit key": [form, {**form, "visit": "surgery", "key": "surgical_finding"}],
        "number key repeat": [{"number": names["number"], "key": "adverse_event", "repeat": 1}],
        "number visit": [{"number": names["number"], "visit": "month_12"}],
        "key version": [{"key": "severity", "version": "1.0"}],
        "version": [{"version": "1.1"}],
        "queries:query": [{"pk": names["query"]}],
        "trail:value": [{"number": names["number"], "pk": names["entry"], "item": "pacemaker"}],
        "person": [{"username": scene.cast.reader.username}],
        "invitation": [{"token": "nobody-s"}],
        "imaging:series": [{"pk": names["series"]}],
        "imaging:scan_not_done": [{"pk": names["scan"]}],
        "imaging:held": [{"pk": names["held"]}],
        "imaging:case": [{"reading_id": names["read"]}, {"reading_id": names["third"]}],
        "readers:waive": [{"username": scene.cast.reader.username}],
        "imaging:arrival": [{"pk": names["intake"]}],
        "imaging:measurement": [{"pk": names["measurement"]}],
        "imaging:compare": [{"pk": names["measurement"], "other": names["measurement"]}],
        "imaging:bench": [{"pk": names["series"]}],
        "imaging:viewer": [{"pk": names["measurement"]}],
        "imaging:peer": [{"pk": names["peer"]}],
        "imaging:sending": [{"pk": names["series"]}],
        "job": [{"pk": names["job"]}],
    }


def addresses(scene: Scene, early: str) -> Iterator[tuple[str, list[str]]]:
    """Each route's name with the addresses at which it is opened; none where nobody said what
    stands for its parameters."""
    values = values_of(scene, early)
    for name, entry in page_routes():
        parameters = list(entry.pattern.converters)
        if not parameters:
            yield name, [_path(entry, name, {})]
            continue
        chosen = values.get(name) or values.get(" ".join(parameters)) or []
        yield name, [_path(entry, name, each) for each in chosen]


def _path(entry: URLPattern, name: str, values: dict[str, Any]) -> str:
    path = reverse(name, kwargs=values)
    # A query is opened about a part of a record, which the address names.
    asked = {"queries:new": "?kind=visit&visit=baseline", "outcomes:cases": "?cell=flow.screened",
             "sheets:monitoring_report_records": "?cell=screened:XA",
             "sheets:data_quality_records": "?cell=submitted:mri_safety",
             "sheets:enrolment_forecast_records": f"?cell=until:{timezone.localdate():%Y-%m}",
             }  # fmt: skip
    return f"{path}{asked.get(name, '')}"


def render(scene: Scene, newcomers: Cast, early: str) -> list[Rendered]:
    """The pages: each role's in English; in Chinese as the first role that gets a page; and the
    lists of a site that is empty. A page that a role may not open is the same for every page."""
    found: list[Rendered] = []
    clients = {role: _client(scene.user(role)) for role in Role}
    actions = {name: _action(entry) for name, entry in page_routes()}
    for name, paths in addresses(scene, early):
        action = actions[name]
        roles = [role for role in Role if action is None or role in POLICY[action]]
        for path in paths:
            shown = [_get(clients[role], role.value, name, path) for role in roles]
            found += [page for page in shown if page]
            if shown and shown[0]:
                chinese = _get(clients[roles[0]], roles[0].value, name, path, "zh-hans")
                found += [chinese] if chinese else []
    for user in (newcomers.coordinator, newcomers.monitor, newcomers.reader):
        client = _client(user)
        for name, entry in page_routes():
            if not entry.pattern.converters:
                page = _get(client, "newcomer", name, reverse(name))
                found += [page] if page else []
    return found


def visitor_pages() -> list[Rendered]:
    """What somebody sees who is not signed in, in both languages; and where there is nothing."""
    client, found = Client(), []
    paths = [(name, reverse(name)) for name, entry in page_routes() if not entry.pattern.converters]
    for language in LANGUAGES:
        for name, path in [*paths, ("nowhere", "/nowhere/")]:
            page = _get(client, "visitor", name, path, language)
            found += [page] if page else []
    return found


def _action(entry: URLPattern) -> Action | None:
    """The action that a page declares; None for pages of other makers."""
    return getattr(entry.callback, "required_action", None)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _get(client: Client, role: str, name: str, path: str, language: str = "en") -> Rendered | None:
    answer = client.get(path, headers={"accept-language": language})
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    if not html or answer.streaming or answer.status_code in {301, 302, 405}:
        answer.close()
        return None
    text = answer.content.decode()
    return Rendered(name, role, language, path, text) if "<html" in text else None
