"""The pages of exports."""

from __future__ import annotations

from django.urls import path

from reports.views import exports

app_name = "exports"
urlpatterns = [
    path("exports/", exports.exports, name="exports"),
    path("exports/list/", exports.export_list, name="export_list"),
    path("exports/make/", exports.make, name="make"),
    path("exports/<int:pk>/", exports.export_file, name="export_file"),
]
