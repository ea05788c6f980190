"""Queries: who may do what to which, and that nothing of one is ever lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.journey import State
from enrollment.models import Closure, Participant, Query
from enrollment.places import Place, PlaceKind, of_form, of_item, of_visit
from enrollment.query_listing import queries, to_answer, to_close, visible
from enrollment.query_worklist import items
from enrollment.services.queries import (
    answer_query,
    assign_query,
    close_query,
    open_query,
    reopen_query,
)
from studysite.core.errors import Invalid, NotPermitted, NotThere, OutOfOrder, StudyError
from studysite.core.models import Act, Membership, Site, User
from studysite.core.roles import Role
from tests.conftest import Enter, person

PACEMAKER = of_item("screening", "mri_safety", "pacemaker")


@pytest.fixture
def row(enter: Enter) -> Participant:
    return enter(State.ENROLLED)


@pytest.fixture
def query(row: Participant, monitor: User, coordinator: User) -> Query:
    return open_query(by=monitor, participant=row, place=PACEMAKER, text="The letter says yes.")


def texts(query: Query) -> list[tuple[str, str, str]]:
    return [(m.act, m.text, str(m.by or "")) for m in query.messages.select_related("by")]


def test_a_query_is_asked_answered_asked_again_and_closed(
    query: Query, monitor: User, coordinator: User
) -> None:
    answer_query(by=coordinator, query=query, text="It was another patient's letter.")
    reopen_query(by=monitor, query=query, text="Which letter, then?")
    answer_query(by=coordinator, query=query, text="Of 3 March.")
    closed = close_query(by=monitor, query=query)
    assert (closed.state, closed.closed_at is not None) == ("closed", True)
    assert texts(query) == [
        ("opened", "The letter says yes.", "Monitor"),
        ("answered", "It was another patient's letter.", "Coordinator"),
        ("reopened", "Which letter, then?", "Monitor"),
        ("answered", "Of 3 March.", "Coordinator"),
        ("closed", "", "Monitor"),
    ]
    acts = Act.objects.filter(subject=query.participant.number, detail__contains="Query")
    assert acts.count() == 5


def test_a_closed_query_can_be_asked_again_and_keeps_its_past(query: Query, monitor: User) -> None:
    close_query(by=monitor, query=query, text="Settled by telephone.")
    again = reopen_query(by=monitor, query=query, text="It is not.")
    assert (again.state, again.closed_at) == ("reopened", None)
    assert [act for act, _text, _by in texts(query)] == ["opened", "closed", "reopened"]


def test_only_the_side_that_opened_it_closes_it(
    query: Query,
    row: Participant,
    site: Site,
    other_site: Site,
    monitor: User,
    data_manager: User,
    coordinator: User,
) -> None:
    answer_query(by=coordinator, query=query, text="Corrected.")
    for service, said in ((close_query, ""), (reopen_query, "No.")):
        with pytest.raises(NotPermitted, match="side"):
            service(by=data_manager, query=query, text=said)
        with pytest.raises(NotPermitted):
            service(by=coordinator, query=query, text=said)
    elsewhere = person(other_site, Role.MONITOR, "monitor_elsewhere")
    with pytest.raises(NotPermitted):
        close_query(by=elsewhere, query=query)
    close_query(by=person(site, Role.MONITOR, "another_monitor"), query=query)
    own = open_query(by=data_manager, participant=row, place=PACEMAKER, text="Really?")
    with pytest.raises(NotPermitted, match="side"):
        close_query(by=monitor, query=own, text="Fine.")


def test_a_query_that_nobody_answered_is_closed_with_a_word(query: Query, monitor: User) -> None:
    with pytest.raises(Invalid, match="Nobody has answered"):
        close_query(by=monitor, query=query)
    close_query(by=monitor, query=query, text="Asked by mistake.")


def test_every_query_and_answer_says_something(
    query: Query, row: Participant, monitor: User, coordinator: User
) -> None:
    with pytest.raises(Invalid):
        open_query(by=monitor, participant=row, place=PACEMAKER, text="  ")
    with pytest.raises(Invalid):
        answer_query(by=coordinator, query=query, text="\n")


@pytest.mark.parametrize(
    ("place", "there"),
    [
        (Place(PlaceKind.PARTICIPANT), True),
        (of_visit("baseline"), True),
        (of_visit("month_99"), False),
        (of_form("baseline", "severity"), True),
        (of_form("baseline", "demographics"), False),
        (of_item("baseline", "severity", "smc_grade"), True),
        (of_item("baseline", "severity", "smc_grades"), False),
        (Place(PlaceKind.SCAN, "baseline", name="t2_3d"), True),
        (Place(PlaceKind.SCAN, "screening", name="t2_3d"), False),
    ],
    ids=str,
)
def test_a_query_is_about_a_part_that_the_record_has(
    place: Place, there: bool, row: Participant, monitor: User
) -> None:
    if there:
        opened = open_query(by=monitor, participant=row, place=place, text="Why?")
        assert opened.place == place
        assert place.label
    else:
        with pytest.raises(NotThere):
            open_query(by=monitor, participant=row, place=place, text="Why?")


@pytest.mark.parametrize("role", Role)
def test_who_opens_and_who_answers(
    role: Role, query: Query, row: Participant, site: Site, other_site: Site
) -> None:
    here, there = person(site, role, "here"), person(other_site, role, "there")

    def opens(by: User) -> bool:
        return went(lambda: open_query(by=by, participant=row, place=PACEMAKER, text="Why?"))

    def answers(by: User) -> bool:
        return went(lambda: answer_query(by=by, query=query, text="Because."))

    assert not opens(there)
    assert not answers(there)
    assert opens(here) == (role in {Role.MONITOR, Role.DATA_MANAGER})
    assert answers(here) == (role in {Role.COORDINATOR, Role.INVESTIGATOR})


def went(call: object) -> bool:
    try:
        call()  # type: ignore[operator]
    except StudyError:
        return False
    return True


def test_an_analyst_knows_of_queries_about_scans_alone(
    query: Query, row: Participant, monitor: User, analyst: User
) -> None:
    scan = Place(PlaceKind.SCAN, "baseline", name="t2_3d")
    about_it = open_query(
        by=monitor, participant=row, place=scan, text="Motion?", assigned_role=Role.ANALYST
    )
    assert list(visible(analyst)) == [about_it]
    with pytest.raises(Invalid, match="scans alone"):
        open_query(
            by=monitor, participant=row, place=PACEMAKER, text="?", assigned_role=Role.ANALYST
        )
    answer_query(by=analyst, query=about_it, text="None.")


def test_a_query_for_one_person_is_that_persons(
    row: Participant, site: Site, monitor: User, coordinator: User
) -> None:
    other = person(site, Role.COORDINATOR, "other")
    query = open_query(
        by=monitor, participant=row, place=PACEMAKER, text="?", assigned_to=coordinator
    )
    assert (list(to_answer(coordinator)), list(to_answer(other))) == ([query], [])
    with pytest.raises(NotPermitted, match="somebody else"):
        answer_query(by=other, query=query, text="I know.")
    Membership.objects.filter(user=coordinator).delete()
    answer_query(by=other, query=query, text="In the place of who has left.")


def test_a_query_is_assigned_to_somebody_who_can_answer(
    query: Query, monitor: User, data_manager: User, investigator: User, stranger: User
) -> None:
    for role, whom in ((Role.READER, None), (Role.COORDINATOR, stranger)):
        with pytest.raises(Invalid):
            assign_query(by=monitor, query=query, assigned_role=role, assigned_to=whom)
    assign_query(
        by=data_manager, query=query, assigned_role=Role.INVESTIGATOR, assigned_to=investigator
    )
    assert [each.subject for each in items(investigator)] == [query.participant.number]
    close_query(by=monitor, query=query, text="Settled.")
    with pytest.raises(OutOfOrder):
        assign_query(by=monitor, query=query, assigned_role=Role.COORDINATOR)


def test_the_lists_of_work_follow_the_query(
    query: Query, monitor: User, data_manager: User, coordinator: User
) -> None:
    def work() -> list[int]:
        return [len(items(by)) for by in (coordinator, monitor, data_manager)]

    assert work() == [1, 0, 0]
    answer_query(by=coordinator, query=query, text="Corrected.")
    assert work() == [0, 1, 0]
    close_query(by=monitor, query=query)
    assert work() == [0, 0, 0]


def test_the_list_is_narrowed_by_age_form_site_and_state(
    query: Query, row: Participant, monitor: User, site: Site, other_site: Site
) -> None:
    old = open_query(by=monitor, participant=row, place=of_visit("baseline"), text="Late?")
    Query.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=8, hours=1))
    assert list(queries(monitor)) == [old, query]
    assert list(queries(monitor, age="fortnight")) == [old]
    assert list(queries(monitor, age="week")) == [query]
    assert list(queries(monitor, form="mri_safety")) == [query]
    assert list(queries(monitor, number=row.number, site=site)) == [old, query]
    assert not queries(monitor, site=other_site).exists()
    assert not queries(monitor, state="closed").exists()
    assert not to_close(monitor).exists()


def test_a_frozen_record_is_still_asked_about_and_a_locked_one_is_not(
    query: Query, row: Participant, monitor: User, coordinator: User, data_manager: User
) -> None:
    about = {"scope": "participant", "participant": row, "reason": "x", "by": data_manager}
    Closure.objects.create(level="frozen", **about)
    answer_query(by=coordinator, query=query, text="As in the letter.")
    Closure.objects.create(level="locked", **about)
    for call in (
        lambda: close_query(by=monitor, query=query),
        lambda: open_query(by=monitor, participant=row, place=PACEMAKER, text="?"),
    ):
        with pytest.raises(OutOfOrder, match="locked"):
            call()


def test_the_table_refuses_a_state_nobody_knows_and_a_query_of_nobody(query: Query) -> None:
    rows = Query.objects.filter(pk=query.pk)
    for wrong in ({"state": "lost"}, {"state": "closed"}, {"opened_by": None}, {"side": "reader"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


ACTS = {"answered": answer_query, "closed": close_query, "reopened": reopen_query}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(["side", "other", "answerer"])),
        max_size=8,
    )
)
def test_any_life_keeps_every_word_and_only_the_opener_ends_it(
    query: Query,
    monitor: User,
    data_manager: User,
    coordinator: User,
    steps: list[tuple[str, str]],
) -> None:
    """Whoever tries what in whatever order: a refusal changes nothing, the rest is on record."""
    people = {"side": monitor, "other": data_manager, "answerer": coordinator}
    with transaction.atomic():
        kept = ["opened"]
        for act, who in steps:
            before = Query.objects.get(pk=query.pk).state
            try:
                ACTS[act](by=people[who], query=query, text="Said.")
            except StudyError:
                assert Query.objects.get(pk=query.pk).state == before
            else:
                assert who == ("answerer" if act == "answered" else "side")
                kept.append(act)
        assert [act for act, _text, _by in texts(query)] == kept
        numbers = query.messages.values_list("number", flat=True)
        assert list(numbers) == list(range(1, len(kept) + 1))
        transaction.set_rollback(True)
