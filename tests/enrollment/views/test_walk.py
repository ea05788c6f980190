"""The way from screening to enrolment, through the pages alone."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.journey import State
from enrollment.models import Participant
from enrollment.protocol.loader import current
from studysite.core.models import Site, User
from tests.conftest import HISTORY, SAFE


def url(name: str, *more: str) -> str:
    return reverse(f"enrollment:{name}", args=["XA-001", *more])


def test_pages_take_a_person_from_screening_into_an_arm(
    client: Client, site: Site, coordinator: User, investigator: User
) -> None:
    today = timezone.localdate().isoformat()
    client.force_login(coordinator)
    assert client.get("/participants/").status_code == 200
    assert client.get("/participants/new/").status_code == 200
    person = {"name": "张三", "hospital_number": "H1", "birth_on": "1980-05-17"}
    found = {"sex": "male", "affected_side": "right", "onset": "2018", "screened_on": today}
    answer = client.post("/participants/new/", {"site": site.pk, **person, **found})
    assert (answer.status_code, answer["Location"]) == (302, url("participant"))
    signed = {"document_version": "1.0", "language": "zh-hans", "signed_on": today}
    assert client.post(url("consent"), signed).status_code == 302
    for form, answers in (("mri_safety", SAFE), ("demographics", HISTORY)):
        data = answers | {"seen_revision": "0", "act": "submit"}
        assert client.post(url("form", "screening", form), data).status_code == 302

    client.force_login(investigator)
    page = client.get(url("eligibility"))
    verdicts = {"seen": page.context["judging"].initial["seen"]}
    for criterion in current().criteria:
        if criterion.judged_by_person:
            verdicts[f"verdict_{criterion.key}"] = "not_met" if criterion.excludes else "met"
            verdicts[f"evidence_{criterion.key}"] = "Examined today."
    assert client.post(url("eligibility"), verdicts).status_code == 302
    assert client.post(url("confirm")).status_code == 302

    client.force_login(coordinator)
    chosen = {"arm": "3d", "reason": "Scanner of the 3D protocol.", "confirmed": "on"}
    assert client.post(url("enrol"), chosen).status_code == 302
    row = Participant.objects.get(number="XA-001")
    assert (row.state, row.enrolment.arm) == (State.ENROLLED, "3d")
    assert client.get(url("participant")).status_code == 200
