"""The viewer on a measured phantom, without a database: for its tests in a browser."""

from __future__ import annotations

import gzip
from functools import cache
from typing import Any

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import path, reverse
from scipy.spatial.transform import Rotation

from imaging.nerve.measure import measure
from imaging.nerve.phantom import Phantom, simulate
from imaging.nerve.result import Ends
from imaging.nerve.table import to_json_dict
from imaging.nerve.volume import Volume
from imaging.render.course import NerveCourse
from imaging.render.flight import packed_surfaces
from imaging.render.packed import COARSE, packed_straightened, packed_stretched, packed_volume
from imaging.render.slices import default_window
from imaging.viewer import area_profile, viewing
from studysite.core.gate import open_to_all

PAGE = """{% extends "base.html" %}{% load static %}
{% block styles %}<link rel="stylesheet" href="{% static 'css/imaging.css' %}">
<link rel="stylesheet" href="{% static 'css/viewing.css' %}">{% endblock %}
{% block scripts %}
<script src="{% static 'vendor/viewer/viewer.js' %}" defer></script>{% endblock %}
{% block heading %}Viewer{% endblock %}
{% block content %}{% include "imaging/_viewing.html" %}{% endblock %}"""
ALL = ("mpr", "cpr", "mrve")
PARTS = {
    "mpr": {"both": ("coarse.part", "volume.part", "tof.part")},
    "cpr": dict.fromkeys(("left", "right"), ("straightened.part", "stretched.part")),
    "mrve": dict.fromkeys(("left", "right"), ("surfaces.part",)),
}


LAID = np.eye(4)
LAID[:3, :3] = Rotation.from_rotvec([0.2, -0.1, 0.15]).as_matrix()
LAID[:3, 3] = [3.0, -7.0, 40.0]


def moved(point: list[float]) -> tuple[float, float, float]:
    """A place of the phantom in the scanner."""
    x, y, z = LAID[:3, :3] @ np.array(point) + LAID[:3, 3]
    return float(x), float(y), float(z)


@cache
def phantom(name: str) -> Phantom:
    """A scan of which the truth is known."""
    return simulate(name, seed=1)


@cache
def angiogram(name: str) -> Volume:
    """The phantom's time-of-flight angiogram, laid the same way."""
    tof = phantom(name).tof
    assert tof is not None
    return Volume(tof.voxels, LAID @ tof.affine)


@cache
def scene(name: str) -> tuple[Volume, dict[str, Any]]:
    """A phantom, laid obliquely in the scanner, and its measured nerves."""
    made = phantom(name)
    ends = {
        side: Ends(moved(points["brainstem_mm"]), moved(points["canal_mm"]))
        for side, points in made.truth["ends"].items()
    }
    volume = Volume(made.volume.voxels, LAID @ made.volume.affine)
    result = to_json_dict(measure(volume, ends), "", "test")
    return volume, result["nerves"]


def placed_angiogram(name: str) -> dict[str, Any]:
    """What the viewer is told of the angiogram."""
    window = default_window(angiogram(name))
    laid = {"method": "rigid", "shift_mm": 1.25, "turn_deg": 0.5, "residual_mm": 0.1}
    return {"window": [window.low, window.high], "laid": laid}


@cache
def part(name: str, side: str, file: str) -> bytes:
    """One part of a scene, as the site would serve it."""
    volume, nerves = scene(name)
    window = default_window(volume)
    courses = {key: NerveCourse.from_json(nerve) for key, nerve in nerves.items()}
    told = {
        "window": [window.low, window.high],
        "places": {
            key: course.at(float(course.arc_mm.mean())).tolist() for key, course in courses.items()
        },
        "acquired": np.round(volume.spacing_mm, 4).tolist(),
    }
    make = {
        "coarse.part": lambda: packed_volume(volume, told, every=COARSE),
        "volume.part": lambda: packed_volume(volume, told),
        "tof.part": lambda: packed_volume(angiogram(name), placed_angiogram(name)),
        "straightened.part": lambda: packed_straightened(volume, courses[side], told),
        "stretched.part": lambda: packed_stretched(volume, courses[side]),
        "surfaces.part": lambda: packed_surfaces(volume, courses[side]),
    }
    return gzip.compress(make[file](), 1)


@open_to_all
def page(request: HttpRequest, name: str) -> HttpResponse:
    """The viewer with the views that are asked for."""
    views = request.GET.get("views", ",".join(ALL)).split(",")
    parts: dict[str, dict[str, str]] = {}
    for view in views:
        for side, files in PARTS[view].items():
            there = [file for file in files if file != "tof.part" or phantom(name).tof]
            parts.setdefault(side, {}).update(dict.fromkeys(there, ""))
    made = viewing(
        parts,
        views,
        lambda side, file: reverse("part", args=[name, side, file]),
        {} if "blind" in request.GET else {s: area_profile(n) for s, n in scene(name)[1].items()},
    )
    return HttpResponse(engines["django"].from_string(PAGE).render({"viewing": made}, request))


@open_to_all
def one_part(request: HttpRequest, name: str, side: str, file: str) -> HttpResponse:
    """One part."""
    if file not in {each for of in PARTS.values() for files in of.values() for each in files}:
        raise Http404
    answer = HttpResponse(part(name, side, file), content_type="application/octet-stream")
    answer["Content-Encoding"] = "gzip"
    return answer


urlpatterns = [
    path("<str:name>/", page, name="page"),
    path("<str:name>/<str:side>/<str:file>", one_part, name="part"),
]
