"""Who a participant is: asked for with a reason, shown once, kept nowhere."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from enrollment.overview import screening_data
from enrollment.services import way
from enrollment.services.identity import erase_identity, see_identity
from enrollment.vault import Person
from enrollment.webforms import ErasureForm, IdentityForm
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@never_cache
@page(Action.SEE_IDENTITY)
def identity(request: StudyRequest, number: str) -> HttpResponse:
    """Ask why, then show the identity in the answer itself."""
    row = way.find(by=request.user, number=number, action=Action.SEE_IDENTITY)
    form = IdentityForm(request.POST or None)
    known = None
    if form.is_valid():
        with form.refusing():
            person = see_identity(
                by=request.user, participant=row, reason=form.cleaned_data["reason"]
            )
            known = _shown(person)
    context = {
        "form": form,
        "participant": row,
        "known": known,
        "screening": screening_data(row),
    }
    return render(request, "enrollment/identity.html", context, status=form.status)


@page(Action.ERASE_IDENTITY)
def erase(request: StudyRequest, number: str) -> HttpResponse:
    """Destroy the key to an identity."""
    row = way.find(by=request.user, number=number, action=Action.ERASE_IDENTITY)
    form = ErasureForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            erase_identity(by=request.user, participant=row, **form.cleaned_data)
            sentence = _("The identity of %(number)s is erased.")
            messages.success(request, sentence % {"number": number})
            return redirect("enrollment:participant", row.number)
    context = {"form": form, "participant": row, "screening": screening_data(row)}
    return render(request, "enrollment/erase_identity.html", context, status=form.status)


def _shown(person: Person) -> list[tuple[str, str]]:
    return [
        (_("Name"), person.name),
        (_("Hospital number"), person.hospital_number),
        (_("Birth date"), person.birth_on.isoformat() if person.birth_on else ""),
    ]
