"""The house's rules hold, and each of them is seen to find its break."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grimp
import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from studysite.core.gate import declared, open_to_all
from studysite.core.roles import POLICY, Action, Role
from tests import architecture_rules as rules
from tests.architecture_breaks import RULES

ROOT = Path(__file__).resolve().parent.parent
PLAN = {".ci", ".gitignore", "CONTRIBUTING.md", "Makefile", "README.md", "docs", "manage.py"}
PLAN |= {"pyproject.toml", "tests", *rules.PACKAGES}
PLAN |= {f"requirements{part}" for part in (".txt", ".lock", "-dev.txt", "-dev.lock")}
PLAN |= {"requirements-uv.txt", "requirements-uv.lock"}
# What the phantom and the fit may both speak of: arrays with a place in space.
VOCABULARY = {"imaging.nerve.volume"}
# May be taken under another licence than the GPL, at the taker's choice.
CHOICE_OF_LICENCE = {"pyphen": "also under LGPL 2 and MPL 1.1"}


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _, _ in RULES))
def test_the_project_keeps_the_rule(rule: rules.Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize(("rule", "name", "text"), RULES)
def test_a_broken_rule_is_found(rule: rules.Rule, name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    assert len(rule(tmp_path)) == 1


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (
            rules.swallowed_exceptions,
            "imaging/x.py",
            "try: f()\nexcept Exception:\n    g(); raise\n",
        ),
        (rules.writes_outside_services, "imaging/views.py", "values.update(x=1)\n"),
        (rules.frameworks_in_pure_packages, "imaging/render/x.py", "import imaging.nerve.fit\n"),
        (
            rules.sentences_that_cannot_be_translated,
            "imaging/x.py",
            "about(row.number, said('Form %(form)s', form=f'{a}'))\nabout(row.number, done)\n",
        ),
        (rules.long_files, "studysite/x.py", "x = 1\n" * 300),
    ],
)
def test_what_is_allowed_is_not_found(
    rule: rules.Rule, name: str, text: str, tmp_path: Path
) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    assert rule(tmp_path) == []


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import importlinter.cli as cli; cli.lint_imports_command()"]
    command += ["--config", str(root / "pyproject.toml"), "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_imports_point_one_way() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("name", "line", "contract"),
    [
        ("studysite/core/roles.py", "import enrollment.models", "Apps import one way"),
        ("enrollment/models.py", "import imaging.models", "Apps import one way"),
        ("imaging/nerve/volume.py", "import django.db", "The pure packages know no Django"),
        ("enrollment/models.py", "import enrollment.services", "Inside an app, imports go down"),
        ("enrollment/crfs/scan.py", "import enrollment.models", "The trial's rules and forms"),
        (
            "imaging/nerve/fit.py",
            "import imaging.nerve.phantom",
            "The phantom and the fit share no code",
        ),
    ],
)
def test_a_broken_import_contract_is_found(
    name: str, line: str, contract: str, tmp_path: Path
) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for source in rules.sources(ROOT):
        copy = tmp_path / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)
    with (tmp_path / name).open("a") as file:
        file.write(f"\n{line}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1
    assert re.search(rf"{contract}.* BROKEN", result.stdout)


def shared_by_phantom_and_fit(graph: grimp.ImportGraph) -> list[str]:
    """Modules of `imaging` that both the phantom's generator and the measurement stand on."""
    below = []
    for start in ("imaging.nerve.phantom", "imaging.nerve.fit"):
        names = {name for name in graph.modules if name.startswith(start)}
        below.append(names.union(*map(graph.find_upstream_modules, names)))
    return sorted(set.intersection(*below) - {"imaging", "imaging.nerve"} - VOCABULARY)


def test_the_phantom_stands_on_nothing_that_the_fit_stands_on() -> None:
    """No inverse crime: the truth is not drawn by the code that measures it."""
    graph = grimp.build_graph("imaging", cache_dir=None)
    assert shared_by_phantom_and_fit(graph) == []
    graph.add_import(importer="imaging.nerve.phantom_paint", imported="imaging.nerve.tube")
    assert "imaging.nerve.tube" in shared_by_phantom_and_fit(graph)


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def undeclared(resolver: URLResolver) -> list[str]:
    return [str(route.pattern) for route in patterns(resolver) if not declared(route.callback)]


def silent_methods(view: Any) -> list[str]:
    """Methods that an API view answers and names no action for: they could only be refused."""
    api_view = getattr(view, "cls", None)
    if not hasattr(api_view, "actions_needed"):
        return []
    answered = set(getattr(view, "actions", None) or {}) or {
        method for method in api_view.http_method_names if hasattr(api_view, method)
    }
    return sorted(answered - {"options", "head", "trace"} - set(api_view.actions_needed))


def test_every_route_says_who_may_open_it() -> None:
    assert undeclared(get_resolver()) == []


def test_every_method_of_the_api_says_who_may_use_it() -> None:
    silent = {
        str(route.pattern): silent_methods(route.callback) for route in patterns(get_resolver())
    }
    assert {route: methods for route, methods in silent.items() if methods} == {}


def test_a_method_that_says_nothing_is_found() -> None:
    class Half(APIView):
        actions_needed = {"get": Action.SCREEN}

        def get(self, request: Request) -> Response:
            return Response()

        def post(self, request: Request) -> Response:
            return Response()

    assert silent_methods(Half.as_view()) == ["post"]


def test_a_route_that_says_nothing_is_found() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    @open_to_all
    def open_view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    routes = type("Routes", (), {"urlpatterns": [path("a", view), path("b", open_view)]})
    resolver = URLResolver(path("", view).pattern, routes)
    assert undeclared(resolver) == ["a"]


def test_every_action_and_every_role_is_in_the_policy() -> None:
    assert set(POLICY) == set(Action)
    assert frozenset.union(*POLICY.values()) == frozenset(Role)
    assert all(POLICY.values())


def test_the_house_has_the_rooms_of_its_plan() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    entries = {name.split("/")[0] for name in listed.stdout.splitlines()}
    assert rules.rooms_not_in_the_plan(entries, PLAN) == []


def test_a_room_outside_the_plan_is_found() -> None:
    assert rules.rooms_not_in_the_plan({"docs", "scripts"}, PLAN) == ["scripts"]


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-uv.txt"]
)
def test_every_requirement_says_what_it_is_for(name: str) -> None:
    assert rules.pins_without_a_reason((ROOT / name).read_text()) == []


@pytest.mark.parametrize("line", ["numpy==2.4.6", "numpy>=2  # arrays", "numpy==2.4.6  #"])
def test_a_pin_without_a_reason_is_found(line: str) -> None:
    assert rules.pins_without_a_reason(f"# Numerics\n\n{line}\n") == [line]


def runtime_licences() -> dict[str, str]:
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    installed = {
        item.name.lower().replace("_", "-"): item for item in importlib.metadata.distributions()
    }
    licences = {}
    for name in set(locked) & set(installed):
        about = installed[name].metadata
        said = [about.get("License-Expression"), (about.get("License") or "").split("\n")[0]]
        said += [each for each in about.get_all("Classifier") or [] if each.startswith("License")]
        licences[name] = "; ".join(filter(None, said))
    return licences


def test_nothing_that_runs_is_under_the_gpl() -> None:
    licences = runtime_licences()
    assert len(licences) > 60
    for name, reason in CHOICE_OF_LICENCE.items():
        assert licences.pop(name, reason)
    assert rules.copyleft_licences(licences) == []


@pytest.mark.parametrize(
    ("licence", "found"),
    [
        ("GPL-3.0-only", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("AGPL-3.0-or-later", True),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v2", False),
        ("BSD-3-Clause", False),
    ],
)
def test_a_gpl_licence_is_found(licence: str, found: bool) -> None:
    assert bool(rules.copyleft_licences({"package": licence})) is found
