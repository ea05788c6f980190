"""The list of participants and the page of one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.journey import WAY, State
from enrollment.models import Participant
from enrollment.services.freezing import freeze
from studysite.core.models import Membership, Site, User
from studysite.core.roles import Role
from tests.conftest import Enter, days_ago, screened


@pytest.fixture
def signed_in(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def numbers(client: Client, query: str = "") -> list[str]:
    lines = client.get(f"/participants/{query}").context["lines"]
    return [line.participant.number for line in lines]


def test_the_list_is_narrowed_by_number_state_and_site(
    signed_in: Client, enter: Enter, coordinator: User, other_site: Site
) -> None:
    Membership.objects.create(user=coordinator, site=other_site, role=Role.COORDINATOR)
    enter()
    enter(State.CONSENTED)
    screened(coordinator, other_site, 50)
    assert numbers(signed_in) == ["PK-001", "XA-001", "XA-002"]
    assert numbers(signed_in, "?q=a-00") == ["XA-001", "XA-002"]
    assert numbers(signed_in, "?state=consented") == ["XA-002"]
    assert numbers(signed_in, "?site=PK") == ["PK-001"]
    assert numbers(signed_in, "?q=zz") == []


def test_the_list_is_sorted_along_the_way_and_not_by_letters(
    signed_in: Client, enter: Enter
) -> None:
    for state in (State.ELIGIBLE, State.SCREENED, State.CONSENTED):
        enter(state)
    assert numbers(signed_in, "?order=state") == ["XA-002", "XA-003", "XA-001"]
    assert numbers(signed_in, "?order=-state") == ["XA-001", "XA-003", "XA-002"]
    assert numbers(signed_in, "?order=nonsense") == ["XA-001", "XA-002", "XA-003"]


def test_the_list_comes_in_pages_of_fifty(signed_in: Client, enter: Enter, site: Site) -> None:
    Participant.objects.bulk_create(
        Participant(
            number=f"XA-{number:03d}",
            site=site,
            protocol_version="1.0",
            screened_on=days_ago(1),
            year_of_birth=1980,
            sex="male",
            affected_side="left",
        )
        for number in range(1, 53)
    )
    assert len(numbers(signed_in)) == 50
    assert numbers(signed_in, "?page=2") == ["XA-051", "XA-052"]
    assert numbers(signed_in, "?page=nonsense&state=screened")[0] == "XA-001"


def test_another_sites_participants_are_not_in_the_list(
    client: Client, enter: Enter, stranger: User
) -> None:
    enter()
    client.force_login(stranger)
    assert numbers(client) == []
    assert (
        "Somebody appears here once they are screened."
        in client.get("/participants/").content.decode()
    )


def test_the_list_says_what_is_next_and_whose(signed_in: Client, enter: Enter) -> None:
    enter(State.ENROLLED)
    (line,) = signed_in.get("/participants/").context["lines"]
    assert (line.next_step, line.owner) == ("Bring in the scans", "Coordinator")
    assert line.arm == "2D reconstruction (MPR)"


@pytest.mark.parametrize("state", list(State))
def test_the_page_of_each_state_shows_its_way(
    client: Client, enter: Enter, investigator: User, state: State
) -> None:
    row = enter(state)
    client.force_login(investigator)
    answer = client.get(f"/participants/{row.number}/")
    assert answer.status_code == 200
    steps = answer.context["steps"]
    assert len(steps) == len(WAY)
    done = [step for step in steps if step.state == "done"]
    assert all(step.at and step.by for step in done)
    if state in WAY:
        assert len(done) == WAY.index(state) + 1
        assert [step.state for step in steps].count("current") == (state is not State.LOCKED)
    else:
        assert answer.context["way_out"].label == state.label
        assert "skipped" in {step.state for step in steps}


def test_a_repeated_scan_takes_the_way_back(
    client: Client, enter: Enter, investigator: User
) -> None:
    row = enter(State.SCANNED)
    Participant.objects.filter(pk=row.pk).update(state=State.ENROLLED)
    client.force_login(investigator)
    steps = client.get(f"/participants/{row.number}/").context["steps"]
    assert [step.state for step in steps[3:6]] == ["done", "current", "todo"]


def test_the_history_is_for_those_who_may_see_it(
    client: Client, enter: Enter, coordinator: User, investigator: User
) -> None:
    row = enter(State.ENROLLED)
    client.force_login(coordinator)
    assert client.get(f"/participants/{row.number}/").context["acts"] is None
    client.force_login(investigator)
    acts = client.get(f"/participants/{row.number}/").context["acts"]
    assert [acts[0]["what"], acts[-1]["what"]] == ["Enrolment", "Screening"]


@pytest.mark.parametrize(
    ("role", "state", "offers"),
    [
        ("coordinator", State.SCREENED, ["leave", "consent"]),
        ("coordinator", State.ELIGIBLE, ["leave", "enrol"]),
        ("coordinator", State.ENROLLED, ["leave", "upload"]),
        ("investigator", State.ENROLLED, ["leave"]),
        ("investigator", State.CONSENTED, ["leave", "eligibility"]),
        ("investigator", State.LOCKED, []),
        ("monitor", State.CONSENTED, []),
        ("data_manager", State.ELIGIBLE, []),
    ],
)
def test_a_person_is_offered_what_they_may_do_now(
    request: pytest.FixtureRequest,
    client: Client,
    enter: Enter,
    role: str,
    state: State,
    offers: list[str],
) -> None:
    row = enter(state)
    client.force_login(request.getfixturevalue(role))
    offered = client.get(f"/participants/{row.number}/").context["offers"]
    assert [
        url.partition("?")[0].rstrip("/").split("/")[-1] for url, _words, _kind in offered
    ] == offers


def test_no_page_holds_an_identity(client: Client, enter: Enter, investigator: User) -> None:
    row = enter(State.ENROLLED)
    client.force_login(investigator)
    for url in ("/participants/", f"/participants/{row.number}/"):
        page = client.get(url).content.decode()
        assert not [word for word in ("Zhang", "H000001", "1980-05-17") if word in page]


def test_a_page_is_in_the_readers_language(client: Client, enter: Enter, monitor: User) -> None:
    row = enter(State.ENROLLED)
    client.force_login(monitor)
    client.cookies["django_language"] = "zh-hans"
    page = client.get(f"/participants/{row.number}/").content.decode()
    assert '<html lang="zh-hans">' in page
    assert "二维重建（MPR）" in page
    assert "基线与磁共振检查" in page


@pytest.mark.parametrize(
    ("role", "parts"),
    [
        ("coordinator", ["Scans"]),
        ("investigator", ["Scans", "Documents"]),
        ("monitor", ["Scans", "Documents"]),
    ],
)
def test_the_parts_of_other_apps_are_there_for_who_may_see_them(
    request: pytest.FixtureRequest, client: Client, enter: Enter, role: str, parts: list[str]
) -> None:
    row = enter(State.ENROLLED)
    client.force_login(request.getfixturevalue(role))
    answer = client.get(f"/participants/{row.number}/")
    fragments = answer.context["fragments"]
    assert [fragment.title for fragment in fragments] == parts
    for fragment in fragments:
        assert f'<a href="{fragment.url}">' in answer.content.decode()
        assert client.get(fragment.url, headers={"HX-Request": "true"}).status_code == 200


def test_the_list_costs_the_same_for_one_and_for_many(
    signed_in: Client, enter: Enter, django_assert_max_num_queries: object
) -> None:
    for state in (State.SCREENED, State.ENROLLED, State.ENROLLED, State.SCANNED):
        enter(state)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        signed_in.get("/participants/")


CLOSED_PAGES = ["enrol", "leave", "consent", "unscheduled"]


@pytest.mark.parametrize("name", CLOSED_PAGES)
@pytest.mark.parametrize("state", [State.WITHDRAWN, State.LOCKED])
def test_no_form_is_offered_of_who_has_left_or_is_locked(
    signed_in: Client, enter: Enter, name: str, state: State
) -> None:
    row = enter(state)
    answer = signed_in.get(reverse(f"enrollment:{name}", args=[row.number]))
    assert answer.status_code == 409
    assert f"The record of {row.number} is closed" in answer.content.decode()


def test_a_frozen_record_offers_nothing_that_writes_and_says_so(
    signed_in: Client, enter: Enter, data_manager: User
) -> None:
    row = enter(State.ENROLLED)
    page = reverse("enrollment:participant", args=[row.number])
    writing = ("leave/", "unscheduled/", "log/")
    before = signed_in.get(page).content.decode()
    freeze(by=data_manager, participant=row, reason="Cleaning")
    after = signed_in.get(page).content.decode()
    assert f"{row.number} is frozen: no data are entered." in after
    for part in writing:
        assert f"{row.number}/{part}" in before, part
        assert f"{row.number}/{part}" not in after, part
    assert "upload/?participant" in before
    assert "upload/?participant" not in after
