"""The allocation list as its keepers see it, and the arms told to somebody who was blinded."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from enrollment.models import AllocationList
from enrollment.overview import screening_data
from enrollment.protocol.loader import current
from enrollment.services import allocation as lists
from enrollment.services import unblinding, way
from enrollment.webforms import UnblindingForm
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action

PAGE_SIZE = 50


@require_safe
@page(Action.SEE_ALLOCATION)
def allocation(request: StudyRequest) -> HttpResponse:
    """How arms are given, and the sealed list by its digest."""
    row = lists.sealed_list()
    context = {
        "protocol": current(),
        "list": row,
        "facts": _facts(row) if row else [],
        "spent": lists.spent_by_stratum(row) if row else [],
        "may_seal": may(request.user, Action.SEAL_ALLOCATION),
    }
    return render(request, "enrollment/allocation.html", context)


def _facts(row: AllocationList) -> list[tuple[str, str]]:
    return [
        (_("Digest (SHA-256)"), row.sha256),
        (_("Algorithm"), row.algorithm),
        (_("Slots"), str(row.slots_count)),
        (_("Sealed by"), str(row.by)),
        (_("Protocol version"), row.protocol_version),
    ]


@require_POST
@page(Action.SEAL_ALLOCATION)
def seal_allocation(request: StudyRequest) -> HttpResponse:
    """Draw the list and seal it."""
    row = lists.seal_list(by=request.user)
    messages.success(
        request, _("The list is sealed. Keep its digest: %(sha)s") % {"sha": row.sha256}
    )
    return redirect("enrollment:allocation")


@never_cache
@page(Action.UNBLIND)
def unblind(request: StudyRequest, number: str) -> HttpResponse:
    """Ask who is told and why, then show the arm in the answer itself."""
    row = way.find(by=request.user, number=number, action=Action.UNBLIND)
    form = UnblindingForm(request.POST or None)
    arm = None
    if form.is_valid():
        with form.refusing():
            unblinding.unblind(by=request.user, participant=row, **form.cleaned_data)
            arm = current().arm(row.enrolment.arm)
    context = {"form": form, "participant": row, "arm": arm, "screening": screening_data(row)}
    return render(request, "enrollment/unblind.html", context, status=form.status)


@require_safe
@page(Action.SEE_UNBLINDINGS)
def unblindings(request: StudyRequest) -> HttpResponse:
    """Who was told an arm, by whom and why."""
    rows = unblinding.unblindings(request.user)
    here = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": here, "lines": list(here)}
    return render(request, "enrollment/unblindings.html", context)
