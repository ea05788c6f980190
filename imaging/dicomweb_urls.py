"""The addresses of DICOMweb, as PS3.18 names them."""

from __future__ import annotations

from django.urls import path

from imaging.api import dicomweb, stow

app_name = "dicomweb"
STUDY = "studies/<str:study>"
SERIES = f"{STUDY}/series/<str:series>"
INSTANCE = f"{SERIES}/instances/<str:uid>"

urlpatterns = [
    path("studies", stow.StoreStudiesView.as_view(), name="studies"),
    path("series", dicomweb.SeriesView.as_view(), name="all_series"),
    path("instances", dicomweb.InstancesView.as_view(), name="all_instances"),
    path(STUDY, stow.StoreStudyView.as_view(), name="study"),
    path(f"{STUDY}/metadata", dicomweb.MetadataView.as_view(), name="study_metadata"),
    path(f"{STUDY}/series", dicomweb.SeriesView.as_view(), name="series_of_study"),
    path(f"{STUDY}/instances", dicomweb.InstancesView.as_view(), name="instances_of_study"),
    path(SERIES, dicomweb.SeriesObjectsView.as_view(), name="series"),
    path(f"{SERIES}/metadata", dicomweb.MetadataView.as_view(), name="series_metadata"),
    path(f"{SERIES}/instances", dicomweb.InstancesView.as_view(), name="instances"),
    path(INSTANCE, dicomweb.InstanceView.as_view(), name="instance"),
    path(f"{INSTANCE}/metadata", dicomweb.MetadataView.as_view(), name="metadata"),
    path(f"{INSTANCE}/frames/<str:numbers>", dicomweb.FramesView.as_view(), name="frames"),
    path(f"{INSTANCE}/rendered", dicomweb.RenderedView.as_view(), name="rendered"),
    path(
        f"{INSTANCE}/frames/<str:numbers>/rendered",
        dicomweb.RenderedView.as_view(),
        name="rendered_frame",
    ),
]
