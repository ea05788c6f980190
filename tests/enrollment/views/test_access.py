"""Who may open which page: every role, every page, both sites."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.journey import State
from enrollment.urls import urlpatterns
from studysite.core.models import Site, User
from studysite.core.roles import POLICY, Action, Role
from tests.conftest import Enter, person

FORM = ("screening", "mri_safety")
# URL name: what it needs, more arguments, the method.
PAGES = {
    "participants": (Action.SEE_PARTICIPANTS, None, "get"),
    "screen": (Action.SCREEN, None, "get"),
    "participant": (Action.SEE_PARTICIPANTS, (), "get"),
    "identity": (Action.SEE_IDENTITY, (), "get"),
    "erase_identity": (Action.ERASE_IDENTITY, (), "get"),
    "consent": (Action.RECORD_CONSENT, (), "get"),
    "eligibility": (Action.SEE_CLINICAL, (), "get"),
    "confirm": (Action.CONFIRM_ELIGIBILITY, (), "post"),
    "screen_failure": (Action.CONFIRM_ELIGIBILITY, (), "post"),
    "enrol": (Action.ENROL, (), "get"),
    "unblind": (Action.UNBLIND, (), "get"),
    "unblindings": (Action.SEE_UNBLINDINGS, None, "get"),
    "allocation": (Action.SEE_ALLOCATION, None, "get"),
    "seal_allocation": (Action.SEAL_ALLOCATION, None, "post"),
    "leave": (Action.WITHDRAW, (), "get"),
    "form": (Action.SEE_CLINICAL, FORM, "get"),
    "form_history": (Action.SEE_CLINICAL, FORM, "get"),
    "log_form": (Action.SEE_CLINICAL, ("adverse_event", 1), "get"),
    "log_form_history": (Action.SEE_CLINICAL, ("deviation", 1), "get"),
    "unscheduled": (Action.PLAN_VISIT, (), "get"),
    "visit_not_done": (Action.PLAN_VISIT, ("screening",), "get"),
    "calendar": (Action.SEE_PARTICIPANTS, None, "get"),
    "due": (Action.SEE_PARTICIPANTS, None, "get"),
    "log": (Action.SEE_CLINICAL, None, "get"),
    "definitions": (Action.SIGN_IN, None, "get"),
    "codebook_csv": (Action.SIGN_IN, None, "get"),
    "codebook_json": (Action.SIGN_IN, None, "get"),
    "definition": (Action.SIGN_IN, None, "get"),
    "form_changes": (Action.SIGN_IN, None, "get"),
    "protocol": (Action.SIGN_IN, None, "get"),
    "protocol_changes": (Action.SIGN_IN, None, "get"),
    "release_protocol": (Action.RELEASE_PROTOCOL, None, "get"),
}
# Pages that are about no participant, with the arguments of their addresses.
OF_THE_STUDY: dict[str, tuple[str, ...]] = {
    "definition": ("severity", "1.0"),
    "form_changes": ("follow_up", "1.1"),
    "protocol_changes": ("1.1",),
    "release_protocol": ("1.1",),
}
PASSED = {200, 409, 422}


def address(name: str, number: str) -> str:
    more = PAGES[name][1]
    if more is None:
        return reverse(f"enrollment:{name}", args=OF_THE_STUDY.get(name, ()))
    return reverse(f"enrollment:{name}", args=[number, *more])


def test_the_table_names_every_page() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_the_roles_of_its_action_at_that_site_alone(
    name: str, client: Client, enter: Enter, site: Site, other_site: Site
) -> None:
    action, more, method = PAGES[name]
    url = address(name, enter(State.CONSENTED).number)
    for role in Role:
        client.force_login(person(site, role, f"here_{role}"))
        status = getattr(client, method)(url).status_code
        assert (status in PASSED) if role in POLICY[action] else status == 403, (role, status)
        client.force_login(person(other_site, role, f"there_{role}"))
        status = getattr(client, method)(url).status_code
        elsewhere = PASSED if more is None else {404}
        assert status in (elsewhere if role in POLICY[action] else {403}), (role, status)


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_asked_to_sign_in(name: str, client: Client, enter: Enter) -> None:
    url = address(name, enter().number)
    answer = getattr(client, PAGES[name][2])(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["confirm", "screen_failure", "seal_allocation"])
def test_what_changes_something_is_posted(
    name: str, client: Client, enter: Enter, investigator: User, data_manager: User
) -> None:
    sealing = name == "seal_allocation"
    client.force_login(data_manager if sealing else investigator)
    assert client.get(address(name, enter().number)).status_code == 405


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page[1] is not None])
def test_there_is_no_page_of_nobody(name: str, client: Client, site: Site) -> None:
    role = min(POLICY[PAGES[name][0]])
    client.force_login(person(site, role, "allowed"))
    answer = getattr(client, PAGES[name][2])(address(name, "XA-404"))
    assert answer.status_code == 404


@pytest.mark.parametrize("form", ["nonsense", "severity", "neurovascular_read"])
def test_a_form_that_is_not_of_the_visit_is_not_there(
    form: str, client: Client, enter: Enter, coordinator: User
) -> None:
    row = enter(State.CONSENTED)
    client.force_login(coordinator)
    url = reverse("enrollment:form", args=[row.number, "screening", form])
    assert client.get(url).status_code == 404


def test_the_blinded_see_nothing_of_arm_or_clinic(
    client: Client, enter: Enter, reader: User, analyst: User
) -> None:
    row = enter(State.MEASURED, arm="3d")
    for user in (reader, analyst):
        client.force_login(user)
        for name in PAGES:
            answer = getattr(client, PAGES[name][2])(address(name, row.number))
            page = answer.content.decode()
            open_to_all = PAGES[name][0] is Action.SIGN_IN
            assert answer.status_code == (200 if open_to_all else 403)
            for secret in ("3D reconstruction", "CPR", "Scanner time", "Neurology letter", "1980"):
                assert secret not in page
