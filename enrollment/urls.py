"""The pages of enrolment."""

from __future__ import annotations

from django.urls import path

from enrollment.views import (
    allocation,
    calendar,
    consent,
    definitions,
    eligibility,
    enrolment,
    forms,
    identity,
    log,
    participants,
    protocol,
    screening,
)

app_name = "enrollment"
ONE = "participants/<slug:number>/"
FORM = f"{ONE}visits/<slug:visit>/<slug:key>/"
LOG = f"{ONE}log/<slug:key>/<int:repeat>/"
DEFINITION = "forms/<slug:key>/<str:version>/"
urlpatterns = [
    path("participants/", participants.participants, name="participants"),
    path("participants/new/", screening.screen, name="screen"),
    path(ONE, participants.participant, name="participant"),
    path(f"{ONE}identity/", identity.identity, name="identity"),
    path(f"{ONE}identity/erase/", identity.erase, name="erase_identity"),
    path(f"{ONE}consent/", consent.consent, name="consent"),
    path(f"{ONE}eligibility/", eligibility.eligibility, name="eligibility"),
    path(f"{ONE}eligibility/confirm/", eligibility.confirm, name="confirm"),
    path(f"{ONE}eligibility/failure/", eligibility.screen_failure, name="screen_failure"),
    path(f"{ONE}enrol/", enrolment.enrol, name="enrol"),
    path(f"{ONE}leave/", enrolment.leave, name="leave"),
    path(f"{ONE}unblind/", allocation.unblind, name="unblind"),
    path("unblindings/", allocation.unblindings, name="unblindings"),
    path("allocation/", allocation.allocation, name="allocation"),
    path("allocation/seal/", allocation.seal_allocation, name="seal_allocation"),
    path(FORM, forms.form, name="form"),
    path(f"{FORM}history/", forms.form_history, name="form_history"),
    path(LOG, forms.form, name="log_form"),
    path(f"{LOG}history/", forms.form_history, name="log_form_history"),
    path(f"{ONE}unscheduled/", calendar.unscheduled, name="unscheduled"),
    path(f"{ONE}visits/<slug:visit>/", calendar.not_done, name="visit_not_done"),
    path("calendar/", calendar.month, name="calendar"),
    path("due/", calendar.due, name="due"),
    path("log/", log.log, name="log"),
    path("forms/", definitions.definitions, name="definitions"),
    path("forms/codebook.csv", definitions.codebook_csv, name="codebook_csv"),
    path("forms/codebook.json", definitions.codebook_json, name="codebook_json"),
    path(DEFINITION, definitions.definition, name="definition"),
    path(f"{DEFINITION}changes/", definitions.form_changes, name="form_changes"),
    path("protocol/", protocol.protocol, name="protocol"),
    path("protocol/<str:version>/", protocol.changes, name="protocol_changes"),
    path("protocol/<str:version>/release/", protocol.release, name="release_protocol"),
]
