"""Consent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.overview import screening_data
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.consent import record_consent
from enrollment.webforms import ConsentForm
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.RECORD_CONSENT)
def consent(request: StudyRequest, number: str) -> HttpResponse:
    """Record a signed version of the consent form."""
    row = way.find(by=request.user, number=number, action=Action.RECORD_CONSENT)
    way.require_open(row)
    signed = {consent.document_version for consent in row.consents.all()}
    # What another window recorded meanwhile is refused by the service, which says so.
    recorded = () if request.method == "POST" else signed
    form = ConsentForm(request.POST or None, protocol=current(), recorded=recorded)
    if form.is_valid():
        with form.refusing():
            record_consent(by=request.user, participant=row, **form.cleaned_data)
            messages.success(request, _("The consent is recorded."))
            return redirect("enrollment:participant", row.number)
    context = {
        "form": form if form.is_left else None,
        "participant": row,
        "screening": screening_data(row),
    }
    return render(request, "enrollment/consent.html", context, status=form.status)
