"""The case report forms as definitions: every version, what changed, and the codebook."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enrollment.codebook import as_csv, as_json
from enrollment.crfs.definition import Form
from enrollment.crfs.difference import Change, changes, flat
from enrollment.crfs.registry import FORMS, form_of, versions_of
from enrollment.crfs.written import as_data, digest_of
from enrollment.definitions import in_use
from enrollment.protocol.loader import current
from enrollment.schedule import visits_of_form
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@dataclass(frozen=True)
class VersionShown:
    """A version of a form in a list."""

    form: Form
    in_force: bool
    sha256: str
    visits: str


@dataclass(frozen=True)
class ChangeShown:
    """One difference as a row of a table."""

    place: str
    kind: str
    before: str
    after: str


@require_safe
@page(Action.SIGN_IN)
def definitions(request: StudyRequest) -> HttpResponse:
    """Every form with its versions."""
    rows = [shown for key in FORMS for shown in reversed(_versions(key))]
    return render(request, "enrollment/definitions.html", {"versions": rows, "room": "forms"})


@require_safe
@page(Action.SIGN_IN)
def definition(request: StudyRequest, key: str, version: str) -> HttpResponse:
    """One version of a form: its items and checks."""
    form = form_of(key, version)
    shown = next(each for each in _versions(key) if each.form.version == version)
    before = _before(form)
    context = {"shown": shown, "form": form, "before": before, "room": "forms"}
    return render(request, "enrollment/definition.html", context)


@require_safe
@page(Action.SIGN_IN)
def form_changes(request: StudyRequest, key: str, version: str) -> HttpResponse:
    """How a version differs from the one before it."""
    form = form_of(key, version)
    before = _before(form)
    found = changes(as_data(before), as_data(form)) if before else []
    context = {"form": form, "before": before, "changes": shown_changes(found), "room": "forms"}
    return render(request, "enrollment/form_changes.html", context)


@require_safe
@page(Action.SIGN_IN)
def codebook_csv(request: StudyRequest) -> HttpResponse:
    """The codebook as a table."""
    return _file(as_csv(), "text/csv; charset=utf-8", "codebook.csv")


@require_safe
@page(Action.SIGN_IN)
def codebook_json(request: StudyRequest) -> HttpResponse:
    """The codebook as JSON."""
    return _file(as_json(), "application/json", "codebook.json")


def shown_changes(found: list[Change]) -> list[ChangeShown]:
    """Differences as the rows of a table."""
    return [
        ChangeShown(
            " › ".join(change.path),
            change.kind,
            "; ".join(flat(change.before)),
            "; ".join(flat(change.after)),
        )
        for change in found
    ]


def _versions(key: str) -> list[VersionShown]:
    used = in_use(key).version
    at = [current().visit(visit).label for visit in _planned(key)]
    return [
        VersionShown(form, form.version == used, digest_of(form), ", ".join(at))
        for form in versions_of(key).values()
    ]


def _planned(key: str) -> list[str]:
    plans = {plan.key: plan for plan in current().visits}
    return [key for key in visits_of_form(current(), key) if not plans[key].unscheduled]


def _before(form: Form) -> Form | None:
    known = list(versions_of(form.key).values())
    return next((one for one, other in pairwise(known) if other.version == form.version), None)


def _file(content: str, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
