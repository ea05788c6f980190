"""Signing a case, and locking it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.services import way
from imaging.services.sessions import reads_to_come
from reports.case.content import case_of
from reports.catalog.tables import findings_of, side_label
from reports.services.locking import lock_case
from reports.services.signing import sign_case
from reports.webforms import LockForm, SignatureForm
from studysite.core.errors import NotPermitted
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.SIGN_CASE)
def sign(request: StudyRequest, number: str) -> HttpResponse:
    """Sign a case as it is now, with the password again."""
    row = way.find(by=request.user, number=number, action=Action.SIGN_CASE)
    case = case_of(row)
    form = SignatureForm(request.POST or None, initial={"seen_sha256": case.content.sha256})
    if form.is_valid():
        try:
            with form.refusing():
                sign_case(by=request.user, participant=row, **form.cleaned_data)
                messages.success(request, _("%(number)s is signed.") % {"number": row.number})
                return redirect("enrollment:participant", row.number)
        except NotPermitted as refusal:
            # A wrong password is told at its field; a wrong role has no form to stay on.
            if refusal.field not in {"password", "code"}:
                raise
            form.refuse(refusal)
    affected = row.affected_side
    context = {
        "room": "enrollment",
        "participant": row,
        "form": form,
        "case": case,
        "findings": findings_of(case.content),
        "left_label": side_label("left", affected),
        "right_label": side_label("right", affected),
    }
    if form.refusal and form.refusal.code == "changed_meanwhile":
        # What is there now has been shown by this very page: signing again says that it was seen.
        messages.error(request, str(form.refusal))
        context["form"] = SignatureForm(initial={"seen_sha256": case.content.sha256})
    return render(request, "reports/sign.html", context, status=form.status)


@page(Action.LOCK)
def lock(request: StudyRequest, number: str) -> HttpResponse:
    """Close a signed case for good."""
    row = way.find(by=request.user, number=number, action=Action.LOCK)
    form = LockForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            lock_case(by=request.user, participant=row, **form.cleaned_data)
            messages.success(request, _("%(number)s is locked.") % {"number": row.number})
            return redirect("enrollment:participant", row.number)
    context = {
        "room": "enrollment",
        "participant": row,
        "form": form,
        "signatures": case_of(row).signatures,
        "reads_to_come": reads_to_come(row),
    }
    return render(request, "reports/lock.html", context, status=form.status)
