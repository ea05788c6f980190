"""The addresses of the readers' desk."""

from __future__ import annotations

from django.urls import path

from reports.views import readers

app_name = "readers"
urlpatterns = [
    path("readers/", readers.readers, name="desk"),
    path("readers/training/", readers.make_training, name="make_training"),
    path("readers/<str:username>/waive/", readers.waive, name="waive"),
]
