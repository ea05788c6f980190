"""Every part of a page, on made-up pages without a database: for the tests of the look."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path, reverse
from django.utils import timezone
from django.views.i18n import set_language

from studysite.core.errors import OutOfOrder
from studysite.core.gate import open_to_all
from studysite.core.roles import Action, Role
from studysite.core.sign_in_forms import SignInForm
from tests.studysite.states import states

HERE = Path(__file__).parent
MORNING = datetime(2026, 3, 5, 9, 12, tzinfo=timezone.get_fixed_timezone(480))
SITE = SimpleNamespace(name="First Affiliated Hospital of Xi'an Jiaotong University")
PERSON = SimpleNamespace(
    is_authenticated=True,
    printed_name="Wang Fang",
    username="wang",
    memberships=SimpleNamespace(first=SimpleNamespace(site=SITE)),
)
WAY = [state for state in states() if state.group == "Participant"][:12]
STEPS = [
    SimpleNamespace(
        label=state.english,
        state="done" if at < 6 else "current" if at == 6 else "skipped" if at == 9 else "todo",
        at=MORNING if at < 6 else None,
        by="Wang Fang" if at < 6 else None,
    )
    for at, state in enumerate(WAY)
]
WAY_OUT = SimpleNamespace(
    label="Withdrawn", at=MORNING, by="Wang Fang", reason="Moved away. Data so far may stay."
)


def job(state: str, progress: float, message: str) -> SimpleNamespace:
    """Something a worker does, as `_job.html` reads it."""
    label = state.capitalize()
    return SimpleNamespace(
        pk=state,
        kind="measure",
        state=state,
        progress=progress,
        message=message,
        get_state_display=label,
    )


class Screening(forms.Form):
    """One field of every sort."""

    hospital_number = forms.CharField(help_text="Kept in the vault, apart from study data.")
    birth_on = forms.DateField(widget=forms.DateInput({"type": "date"}))
    weight = forms.DecimalField(max_value=250, required=False)
    side = forms.ChoiceField(
        choices=[("left", "Left"), ("right", "Right")],
        widget=forms.RadioSelect,
        help_text="The side of the spasm.",
    )
    scanner = forms.ChoiceField(choices=[("a", "Ingenia 3.0T"), ("b", "Prisma 3T")])
    safe = forms.BooleanField(label="The MRI safety form is complete")
    reason = forms.CharField(widget=forms.Textarea({"rows": 3}), required=False)


Screening.base_fields["weight"].unit = "kg"  # type: ignore[attr-defined]


class Filters(forms.Form):
    """What a list is narrowed by."""

    number = forms.CharField()
    state = forms.ChoiceField(choices=[("", "All")])


def show(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """A page of the sheet as a coordinator sees it."""
    person = {
        "user": PERSON,
        "my_roles": [Role.COORDINATOR],
        "my_actions": {action.value for action in Action},
    }
    text = (HERE / template).read_text(encoding="utf-8")
    page = engines["django"].from_string(text)
    return HttpResponse(page.render(person | context, request))


@open_to_all
def participant(request: HttpRequest) -> HttpResponse:
    """A participant's page."""
    facts = [
        ("Year of birth", 1974, ""),
        ("Affected side", "Left", ""),
        ("Weight", "63.5", "kg"),
        ("Last botulinum toxin", None, ""),
    ]
    jobs = [
        job("running", 0.42, "Fitting section 18 of 43."),
        job("queued", 0.0, ""),
        job("failed", 0.7, "The end points lie on different structures."),
        job("done", 1.0, ""),
    ]
    said = [Message(constants.SUCCESS, "Saved."), Message(constants.ERROR, "Not sent.")]
    return show(
        request,
        "sheet_participant.html",
        steps=STEPS,
        way_out=WAY_OUT,
        facts=facts,
        jobs=jobs,
        messages=said,
    )


@open_to_all
def participants(request: HttpRequest) -> HttpResponse:
    """A list with every state."""
    rows = [(state.word, state.english, state.chinese) for state in states()]
    page = Paginator(range(120), 50).page(2)
    return show(request, "sheet_list.html", states=rows, page_obj=page, filters=Filters())


@open_to_all
def form(request: HttpRequest) -> HttpResponse:
    """A form with a mistake in it."""
    return show(request, "sheet_form.html", form=Screening({"weight": "300", "birth_on": "x"}))


@open_to_all
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    page = engines["django"].get_template("account/login.html")
    return HttpResponse(page.render({"form": SignInForm(request=request)}, request))


@open_to_all
def refusal(request: HttpRequest) -> HttpResponse:
    """A rule that was not kept."""
    raise OutOfOrder("A participant who is screened cannot become enrolled.")


ARRIVED: dict[str, int] = {}


@open_to_all
def arrive(request: HttpRequest) -> HttpResponse:
    """Where an upload begins and ends."""
    place = reverse("arrive")
    pieces = reverse("piece", args=["KEY"])
    return JsonResponse({"pieces": pieces, "close": place, "page": reverse("account_login")})


@open_to_all
def piece(request: HttpRequest, key: str) -> HttpResponse:
    """Where each file is sent, piece by piece. A file that says "no" is refused."""
    there = ARRIVED.get(key, 0)
    if request.method == "POST":
        content = request.read()
        if content.startswith(b"no"):
            return JsonResponse({"sentence": "This file is no scan."}, status=422)
        if int(request.GET["at"]) != there:
            return JsonResponse({"sentence": "Misplaced.", "code": "misplaced"}, status=409)
        ARRIVED[key] = there = there + len(content)
    whole = request.method == "POST" and there == int(request.GET["size"])
    return JsonResponse({"at": there, "whole": whole})


@open_to_all
def one_job(request: HttpRequest, pk: str) -> HttpResponse:
    """What a job's part asks for."""
    return show(request, "../../studysite/templates/_job.html", job=job(pk, 0.5, "Half."))


PEOPLE = [
    path("", participants, name="participants"),
    path("calendar/", participants, name="calendar"),
    path("log/", participants, name="log"),
    path("forms/", participants, name="definitions"),
]
SCANS = [path("", form, name="upload"), path("peers/", form, name="peers")]
# Rooms that the bar leads to; what is in them is not of this sheet.
ROOMS = {
    "exports": "exports",
    "monitoring": "desk",
    "outcomes": "outcomes",
    "queries": "queries",
    "readers": "desk",
    "trail": "review",
}
urlpatterns = [
    path("", participant, name="worklist"),
    *(
        path(f"rooms/{room}/", include(([path("", form, name=name)], room)))
        for room, name in ROOMS.items()
    ),
    path("participants/", include((PEOPLE, "enrollment"))),
    path("form/", include((SCANS, "imaging"))),
    path("login/", login, name="account_login"),
    path("logout/", login, name="account_logout"),
    path("account/", login, name="account"),
    path("people/", participants, name="people"),
    path("refusal/", refusal, name="outcomes"),
    path("arrive/", arrive, name="arrive"),
    path("arrive/<str:key>/", piece, name="piece"),
    path("jobs/<str:pk>/", one_job, name="job"),
    path("jobs/<str:pk>/retry/", one_job, name="job_retry"),
    path("i18n/setlang/", open_to_all(set_language), name="set_language"),
]
