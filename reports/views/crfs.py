"""Case report forms as PDF."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from enrollment.crfs.registry import form_of
from enrollment.form_page import open_form
from enrollment.services import way
from reports.catalog import crf
from reports.pdf import Pdf
from reports.services.crf import form_as_pdf
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@require_safe
@page(Action.SIGN_IN)
def blank_form(request: StudyRequest, key: str, version: str) -> HttpResponse:
    """A version of a form with nothing filled in."""
    form = form_of(key, version)
    return _file(crf.blank(form), f"{form.key}-{form.version}-blank.pdf")


@require_safe
@page(Action.SEE_CLINICAL)
def form_pdf(request: StudyRequest, number: str, visit: str, key: str, repeat: int) -> HttpResponse:
    """A form of a participant as it stands."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CLINICAL)
    opened = open_form(row, key, visit, repeat)
    name = f"{row.number}-{visit}-{key}-{repeat}.pdf"
    return _file(form_as_pdf(by=request.user, opened=opened), name)


def _file(document: Pdf, name: str) -> HttpResponse:
    answer = HttpResponse(document.content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
