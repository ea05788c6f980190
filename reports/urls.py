"""The addresses of the pages of reports."""

from __future__ import annotations

from django.urls import path

from reports.views import crfs, documents, signing

app_name = "reports"
ONE = "participants/<slug:number>/"
urlpatterns = [
    path(f"{ONE}documents/", documents.participant_documents, name="participant_documents"),
    path(f"{ONE}documents/list/", documents.document_list, name="document_list"),
    path(f"{ONE}documents/make/", documents.make, name="make"),
    path(f"{ONE}sign/", signing.sign, name="sign"),
    path(f"{ONE}lock/", signing.lock, name="lock"),
    path("forms/<slug:key>/<str:version>/blank.pdf", crfs.blank_form, name="blank_form"),
    path(f"{ONE}forms/<slug:visit>/<slug:key>/<int:repeat>.pdf", crfs.form_pdf, name="form_pdf"),
    path("documents/<int:pk>/", documents.document, name="document"),
]
