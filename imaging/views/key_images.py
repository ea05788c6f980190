"""Views that a reader keeps with a read."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imaging.models import KeyImage
from imaging.services import cases, key_images
from imaging.services.case_list import Case
from studysite.core.errors import Invalid, StudyError
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.READ_CASE)
@require_POST
def keep(request: StudyRequest, reading_id: str) -> HttpResponse:
    """Keep the view that the browser tells of."""
    case = cases.find_case(by=request.user, reading_id=reading_id)
    try:
        state = _state(request.POST.get("state", ""))
        note = request.POST.get("note", "")
        key_images.save_key_image(by=request.user, case=case, state=state, note=note)
    except StudyError as refusal:
        return _answer(request, case, str(refusal))
    return _answer(request, case)


def _state(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(
            _("The viewer told nothing of what it shows. Load the page again.")
        ) from error


@page(Action.READ_CASE)
@require_POST
def remove(request: StudyRequest, reading_id: str, number: int) -> HttpResponse:
    """Take one away."""
    case = cases.find_case(by=request.user, reading_id=reading_id)
    try:
        key_images.remove_key_image(by=request.user, case=case, number=number)
    except StudyError as refusal:
        return _answer(request, case, str(refusal))
    return _answer(request, case)


@page(Action.READ_CASE)
def picture(request: StudyRequest, reading_id: str, number: int) -> HttpResponse:
    """The picture of one."""
    case = cases.find_case(by=request.user, reading_id=reading_id)
    answer = HttpResponse(key_images.key_picture(case, number), content_type="image/png")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _answer(request: StudyRequest, case: Case, refusal: str = "") -> HttpResponse:
    """The list as it is now; without a script, the page of the case."""
    if "HX-Request" not in request.headers:
        if refusal:
            messages.error(request, refusal)
        return redirect("imaging:case", case.reading_id)
    kept = KeyImage.kept_with(case.row)
    context = {"case": case, "key_images": kept, "refusal": refusal}
    answer = render(request, "imaging/_key_images.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer
