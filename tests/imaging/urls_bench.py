"""The analyst's bench on a measured phantom, without a database: for its tests in a browser. What
the API answers is made here; the numbers are those of the services."""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from imaging.nerve_words import nerve_columns, value_words
from imaging.services.comparing import VALUES, Difference
from imaging.services.outlined import keeping, redrawn
from imaging.viewer import area_profile, viewing
from imaging.views.bench import SIDES, points_of, script_data
from studysite.core.gate import open_to_all
from tests.imaging.urls_viewing import moved, one_part, phantom, scene

PAGE = """{% extends "base.html" %}{% load static %}
{% block styles %}<link rel="stylesheet" href="{% static 'css/imaging.css' %}">
<link rel="stylesheet" href="{% static 'css/viewing.css' %}">
<link rel="stylesheet" href="{% static 'css/bench.css' %}">{% endblock %}
{% block scripts %}
<script src="{% static 'vendor/viewer/viewer.js' %}" defer></script>{% endblock %}
{% block heading %}Bench{% endblock %}
{% block content %}{% include "imaging/_bench.html" %}{% endblock %}"""
COMPARED = "{% include 'imaging/_compared.html' %}"
SCENE = "touching"
ASKED: list[dict[str, Any]] = []
ROWS: dict[int, SimpleNamespace] = {}
PARTICIPANT = SimpleNamespace(number="HFS-XA-001", site=None)
SERIES = SimpleNamespace(pk=1, sequence="t2_3d", participant=PARTICIPANT)
NEWER = {"code": "conflict", "detail": "Version 2 was asked for meanwhile, by Chen Jing."}


@cache
def ends() -> dict[str, Any]:
    """Where the phantom's nerves end."""
    return {
        side: {end: [round(x, 3) for x in moved(point)] for end, point in points.items()}
        for side, points in phantom(SCENE).truth["ends"].items()
    }


def begin() -> None:
    """One measured version, and nothing asked for."""
    ASKED.clear()
    ROWS.clear()
    nerves = {side: keeping(dict(nerve)) for side, nerve in scene(SCENE)[1].items()}
    add(nerves, ends(), reason="")


def add(nerves: dict[str, Any], points: dict[str, Any], **more: Any) -> SimpleNamespace:
    """A further version."""
    number = len(ROWS) + 1
    given = {"outlines": {}, "view": {}, "corrects": None, "corrects_id": None, "reason": ""} | more
    row = SimpleNamespace(
        pk=number, version=number, series=SERIES, state="measured", by="Chen Jing",
        at=timezone.now(), finished_at=timezone.now(), ends=points,
        result={"nerves": nerves, "input": {"spacing_mm": [0.4, 0.4, 0.4]}},
        get_state_display="Measured", asked_again=0, **given,
    )  # fmt: skip
    ROWS[number] = row
    return row


@open_to_all
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The bench; `?first` where nothing is measured yet."""
    first = "first" in request.GET and not request.GET.get("from")
    row = None if first else ROWS[int(request.GET.get("from") or max(ROWS))]
    nerves = row.result["nerves"] if row else {}
    parts = {"both": dict.fromkeys(("coarse.part", "volume.part"), "")}
    parts |= dict.fromkeys(
        nerves, dict.fromkeys(("straightened.part", "stretched.part", "surfaces.part"), "")
    )
    made = viewing(
        parts,
        ("mpr", "cpr", "mrve"),
        lambda side, file: f"/{SCENE}/{side}/{file}",
        {side: area_profile(nerve) for side, nerve in nerves.items()},
        row.view if row else None,
    )
    assert made is not None
    context = {
        "series": SERIES,
        "measurement": row,
        "columns": nerve_columns(row) if row else [],  # type: ignore[arg-type]
        "versions": sorted(ROWS.values(), key=lambda one: -one.version) if row else [],
        "nerves": [points_of(side) for side in SIDES],
        "viewing": SimpleNamespace(
            views=made.views, sides=SIDES, reached=made.reached, data=made.data
        ),
        "bench": script_data(SERIES, row, max(ROWS) if row else 0),  # type: ignore[arg-type]
        "closed": "",
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


@open_to_all
def measurements(request: HttpRequest, pk: int) -> HttpResponse:
    """A measurement asked for: the same nerves again, from the points that came."""
    given = json.loads(request.body)
    ASKED.append(given)
    if given["reason"] == "stale":
        return JsonResponse(NEWER, status=409)
    row = add(ROWS[1].result["nerves"], given["ends"], reason=given["reason"], view=given["view"])
    return JsonResponse(told(row, "asked"), status=202)


@open_to_all
def corrections(request: HttpRequest, pk: int) -> HttpResponse:
    """Contours corrected, as the worker would."""
    given, base = json.loads(request.body), ROWS[pk]
    ASKED.append(given)
    nerves = {
        side: redrawn(nerve, given["outlines"].get(side, []), [0.4, 0.4, 0.4])
        for side, nerve in base.result["nerves"].items()
    }
    row = add(nerves, base.ends, reason=given["reason"], view=given["view"], corrects=base,
              corrects_id=base.pk, outlines=given["outlines"])  # fmt: skip
    return JsonResponse(told(row, "asked"), status=202)


@open_to_all
def measurement(request: HttpRequest, pk: int) -> HttpResponse:
    """Half done at the first look, done at the second."""
    row = ROWS[pk]
    row.asked_again += 1
    return JsonResponse(told(row, "measured" if row.asked_again > 1 else "asked"))


def told(row: SimpleNamespace, state: str) -> dict[str, Any]:
    """A measurement as far as the bench reads it."""
    job = {"state": "running", "progress": 0.5, "message": "Fitting"}
    return {"id": row.pk, "state": state, "job": job}


@open_to_all
def suggested(request: HttpRequest, pk: int) -> HttpResponse:
    """Suggested ends of both nerves."""
    found = {"job": {"state": "done"}, "ends": ends(), "reason": ""}
    return JsonResponse({"state": "queued"} if request.method == "POST" else found)


@open_to_all
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two versions, in figures."""
    earlier, later = sorted((ROWS[pk], ROWS[other]), key=lambda row: row.version)
    labels = value_words()
    nerves = []
    for side in SIDES:
        one, two = (row.result["nerves"][side] for row in (earlier, later))
        values = [
            Difference(side, name, unit, one[name], two[name], one.get(sd), two.get(sd))
            for name, unit, sd in VALUES
        ]
        nerves.append({
            "side": side, "label": side, "points": [],
            "values": [(labels[row.name], row) for row in values],
        })  # fmt: skip
    found = SimpleNamespace(earlier=earlier, later=later)
    context = {"found": found, "series": SERIES, "versions": [], "nerves": nerves}
    return HttpResponse(engines["django"].from_string(COMPARED).render(context, request))


@open_to_all
def elsewhere(request: HttpRequest, **where: Any) -> HttpResponse:
    """Pages that are linked to and not opened."""
    return HttpResponse("")


imaging = (
    [
        path("series/<int:pk>/bench/", page, name="bench"),
        path("series/<int:pk>/", elsewhere, name="series"),
        path("scans/", elsewhere, name="board"),
        path("scans/of/<str:number>/", elsewhere, name="participant_scans"),
        path("measurements/<int:pk>/", elsewhere, name="measurement"),
        path("measurements/<int:pk>/compare/<int:other>/", compare, name="compare"),
        path(
            "measurements/<int:pk>/compare/<int:other>/<str:side>.svg",
            elsewhere,
            name="compared_profiles",
        ),
    ],
    "imaging",
)
api = (
    [
        path("series/<int:pk>/measurements/", measurements, name="measurements"),
        path("series/<int:pk>/suggested_ends/", suggested, name="suggested_ends"),
        path("measurements/<int:pk>/", measurement, name="measurement"),
        path("measurements/<int:pk>/corrections/", corrections, name="corrections"),
    ],
    "api",
)
urlpatterns = [
    path("imaging/", include(imaging)),
    path("api/v1/", include(api)),
    path("<str:name>/<str:side>/<str:file>", one_part, name="part"),
]
