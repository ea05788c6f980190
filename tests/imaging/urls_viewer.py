"""The slice viewer on a phantom, without a database: for its test in a browser."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from imaging.nerve.volume import Volume
from imaging.render.slices import SliceView, default_window, slice_png
from imaging.viewer import panes, script_data
from imaging.webforms import EndPointsForm
from studysite.core.gate import open_to_all
from tests.imaging.scans import noise

PAGE = """{% extends "base.html" %}{% load static %}
{% block styles %}<link rel="stylesheet" href="{% static 'css/imaging.css' %}">{% endblock %}
{% block scripts %}<script src="{% static 'js/slices.js' %}" defer></script>{% endblock %}
{% block content %}{% include "imaging/_viewer.html" %}{% endblock %}"""


def scan() -> Volume:
    """Voxels of 0.5 x 0.5 x 0.8 mm, tilted by 10 degrees about the patient's left."""
    turn = np.radians(10.0)
    tilt = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    affine = np.eye(4)
    affine[:3, :3] = tilt @ np.diag([0.5, 0.5, 0.8])
    affine[:3, 3] = [-10.0, -9.0, 4.0]
    return Volume(noise().voxels, affine)


VOLUME = scan()


@open_to_all
def page(request: HttpRequest) -> HttpResponse:
    """The viewer with its form."""
    context = {
        "series": SimpleNamespace(pk=1, state="accepted"),
        "rights": SimpleNamespace(measure=True),
        "panes": panes(VOLUME),
        "viewer": script_data(VOLUME, default_window(VOLUME)),
        "ends_form": EndPointsForm(),
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


@open_to_all
def page_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Where suggestions are asked for: the page again."""
    return page(request)


@open_to_all
def picture(request: HttpRequest, pk: int, axis: str, number: int) -> HttpResponse:
    """One slice."""
    view = SliceView.of(VOLUME, axis)  # type: ignore[arg-type]
    return HttpResponse(slice_png(VOLUME, view, number), content_type="image/png")


@open_to_all
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """What was sent."""
    return HttpResponse(request.POST["left_canal_x"])


viewer = (
    [
        path("", page, name="series"),
        path("<int:pk>/slices/<str:axis>/<int:number>.png", picture, name="slice"),
        path("series/<int:pk>/", page_of, name="series"),
        path("<int:pk>/measure/", measure, name="measure"),
        path("<int:pk>/suggest/", page_of, name="suggest"),
        path("<int:pk>/suggestion/", page_of, name="suggestion"),
        path("<int:pk>/bench/", page_of, name="bench"),
    ],
    "imaging",
)
urlpatterns = [path("", include(viewer))]
