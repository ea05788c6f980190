"""Services are acts: a transaction with a person, a purpose and a reason."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from studysite.core.acts import about, acting, current, service
from studysite.core.errors import Invalid
from studysite.core.models import Act, Job, Membership, Site, User
from studysite.core.roles import Action, Role
from tests.studysite.conftest import Cast

pytestmark = pytest.mark.django_db


@service(Action.SCREEN)
def open_site(*, by: User, code: str, reason: str = "") -> Site:
    about(code, "opened")
    if code == "":
        raise Invalid("A site has a code.")
    return Site.objects.create(code=code)


def test_a_service_leaves_who_what_whom_and_why(person: Cast) -> None:
    by = person(Role.COORDINATOR)
    open_site(by=by, code="NEW", reason="a second centre")
    act = Act.objects.get()
    assert (act.by, act.action, act.subject) == (by, "screen", "NEW")
    assert (act.detail, act.reason) == ("opened", "a second centre")


def test_a_service_that_refuses_leaves_who_tried_what_and_the_rule(person: Cast) -> None:
    by = person()
    with pytest.raises(Invalid):
        open_site(by=by, code="", reason="a second centre")
    act = Act.objects.get()
    assert (act.outcome, act.code, act.by) == ("refused", "invalid", by)
    assert (act.action, act.reason, act.detail) == ("screen", "a second centre", "")


def test_a_refusal_inside_an_act_is_the_outer_ones(person: Cast) -> None:
    by = person()
    with pytest.raises(Invalid), acting(by, "outer"):
        open_site(by=by, code="")
    assert [act.action for act in Act.objects.all()] == ["outer"]


def test_a_service_names_the_action_it_is() -> None:
    assert open_site.action == Action.SCREEN  # type: ignore[attr-defined]


def test_the_system_acts_without_a_person() -> None:
    with acting(None, "sweep") as act:
        assert current() == act
    assert current() is None
    assert Act.objects.get().by is None


def test_a_visitor_is_not_a_person() -> None:
    with acting(AnonymousUser(), "sign_in") as act:
        assert act.by is None


def test_an_act_inside_an_act_gives_way_to_the_outer_one_again(person: Cast) -> None:
    with acting(person(), "outer") as outer:
        with acting(None, "inner") as inner:
            assert current() == inner
        assert current() == outer


def test_nobody_speaks_outside_an_act() -> None:
    with pytest.raises(RuntimeError):
        about("HERE-001")


def test_who_acted_cannot_be_deleted(person: Cast) -> None:
    by = person()
    open_site(by=by, code="NEW")
    with pytest.raises(IntegrityError):
        by.delete()


@pytest.mark.parametrize(
    "values",
    [
        {"progress": 1.1},
        {"state": "running"},
        {"state": "done"},
        {"state": "failed"},
        {"finished_at": "2026-01-01T00:00Z"},
    ],
)
def test_the_table_refuses_a_job_in_no_state(person: Cast, values: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="k", key="k", target="1", requested_by=person(), **values)


def test_the_table_refuses_a_role_the_protocol_does_not_know(person: Cast, here: Site) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=person(), site=here, role="owner")


def test_the_table_refuses_the_same_role_twice(person: Cast, here: Site) -> None:
    user = person(Role.READER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, site=here, role=Role.READER)
