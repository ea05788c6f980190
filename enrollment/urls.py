"""The pages of enrolment."""

from __future__ import annotations

from django.urls import path

from enrollment.views import (
    allocation,
    consent,
    eligibility,
    enrolment,
    forms,
    identity,
    participants,
    screening,
)

app_name = "enrollment"
ONE = "participants/<slug:number>/"
FORM = f"{ONE}visits/<slug:visit>/<slug:key>/"
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
]
