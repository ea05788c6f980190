"""Freezing, locking, and the two people whom unlocking takes."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction

from enrollment.journey import State
from enrollment.models import Closure, FormEntry, UnlockRequest
from enrollment.places import of_visit
from enrollment.services.freezing import freeze, unfreeze
from enrollment.services.queries import close_query, open_query
from imaging.models import Read
from imaging.services.cases import cases_of
from reports.case.content import case_of
from reports.case.dataset import dataset_sha256
from reports.services.locking import ask_unlock, decide_unlock, lock_case, lock_study, lock_visit
from reports.services.signing import sign_case
from studysite.core.errors import Conflict, Invalid, NotPermitted, NotThere, OutOfOrder
from studysite.core.models import Act, Job, Site
from studysite.core.roles import Action, Role
from studysite.core.said import say
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
WHY = "Data are clean"


@pytest.fixture
def second(cast):
    return factory.person("second", "Lu Jing", Role.DATA_MANAGER, cast.site)


@pytest.fixture
def locked(finished, cast):
    sign_case(
        by=cast.investigator, participant=finished, password=factory.PASSWORD, meaning="Reviewed"
    )
    lock_case(by=cast.data_manager, participant=finished, reason=WHY)
    return finished


@pytest.fixture
def to_be_repeated(finished):
    """A case with one read that was given again, and waits for its reader."""
    first = finished.reads.first()
    return Read.objects.create(
        reading_id="R-REPEATED",
        participant=finished,
        measurement=first.measurement,
        reader=first.reader,
        techniques=first.techniques,
        repeat=True,
    )


def unlock(participant, cast, second):
    closure = Closure.objects.get(participant=participant)
    asked = ask_unlock(by=cast.data_manager, closure=closure, reason="A late laboratory result")
    decide_unlock(by=second, request=asked, granted=True)
    participant.refresh_from_db()
    return closure


def test_a_lock_says_who_when_and_why(locked, cast):
    closure = Closure.objects.get(participant=locked)
    assert (closure.level, closure.scope, closure.by) == (
        "locked",
        "participant",
        cast.data_manager,
    )
    assert closure.reason == WHY


def test_a_lock_tells_what_reads_it_gives_up(to_be_repeated, finished, cast, second, client):
    sign_case(
        by=cast.investigator, participant=finished, password=factory.PASSWORD, meaning="Reviewed"
    )
    client.force_login(cast.data_manager)
    page = client.get(f"/participants/{finished.number}/lock/").content.decode()
    assert "still to come" in page
    assert (
        "still to come" in client.get(f"/participants/{finished.number}/closing/").content.decode()
    )
    lock_case(by=cast.data_manager, participant=finished, reason=WHY)
    told = say(Act.objects.filter(action=Action.LOCK).latest("pk").detail)
    assert re.fullmatch(r"Record locked; reads given up: [1-9]\d*", told)
    assert to_be_repeated.reading_id not in ids_of(cases_of(by=to_be_repeated.reader))
    unlock(finished, cast, second)
    assert to_be_repeated.reading_id in ids_of(cases_of(by=to_be_repeated.reader))


def ids_of(cases):
    return {case.reading_id for case in cases}


def test_unlocking_takes_a_second_person(locked, cast, second):
    closure = Closure.objects.get(participant=locked)
    asked = ask_unlock(by=cast.data_manager, closure=closure, reason="A late result")
    locked.refresh_from_db()
    assert locked.state == "locked"
    with pytest.raises(NotPermitted, match="second person"):
        decide_unlock(by=cast.data_manager, request=asked, granted=True)
    decide_unlock(by=second, request=asked, granted=True)
    locked.refresh_from_db()
    closure.refresh_from_db()
    assert (locked.state, closure.reopened_by) == ("signed", second)
    assert closure.reopened_reason == "A late result"
    acts = Act.objects.filter(subject=locked.number, action="unlock")
    told = acts.exclude(outcome="refused").values_list("detail", "by")
    assert acts.filter(outcome="refused", by=cast.data_manager).count() == 1
    assert [(say(detail), by) for detail, by in told] == [
        ("Unlocking asked for", cast.data_manager.pk),
        ("Unlocked: A late result", second.pk),
    ]


def test_the_table_itself_refuses_one_person(locked, cast, second):
    closure = Closure.objects.get(participant=locked)
    asked = ask_unlock(by=cast.data_manager, closure=closure, reason="A late result")
    with pytest.raises(IntegrityError), transaction.atomic():
        UnlockRequest.objects.filter(pk=asked.pk).update(
            granted=True, decided_by=cast.data_manager, decided_at=asked.at
        )


def test_a_refused_request_leaves_the_lock_and_says_why(locked, cast, second):
    closure = Closure.objects.get(participant=locked)
    asked = ask_unlock(by=cast.data_manager, closure=closure, reason="Curious")
    with pytest.raises(Invalid, match="why it stays"):
        decide_unlock(by=second, request=asked, granted=False)
    decide_unlock(by=second, request=asked, granted=False, remark="No reason to.")
    locked.refresh_from_db()
    assert locked.state == "locked"
    with pytest.raises(Conflict, match=r"Lu Jing decided this request already, at .*stays locked"):
        decide_unlock(by=second, request=asked, granted=True)
    ask_unlock(by=second, closure=closure, reason="A late result after all")


def test_one_request_at_a_time_and_never_without_a_reason(locked, cast, second):
    closure = Closure.objects.get(participant=locked)
    with pytest.raises(Invalid):
        ask_unlock(by=cast.data_manager, closure=closure, reason=" ")
    ask_unlock(by=cast.data_manager, closure=closure, reason="A late result")
    with pytest.raises(Conflict, match="asked already"):
        ask_unlock(by=second, closure=closure, reason="The same")


def test_unlocking_voids_no_signature_silently(locked, cast, second):
    assert case_of(locked).signatures[0].unlock_label == ""
    unlock(locked, cast, second)
    signature = case_of(locked).signatures[0]
    assert signature.valid
    assert "content unchanged" in signature.unlock_label
    FormEntry.objects.filter(participant=locked, form="severity").update(answers={})
    signature = case_of(locked).signatures[0]
    assert not signature.valid
    assert "content changed" in signature.unlock_label


def test_a_signature_after_the_unlocking_says_nothing_of_it(locked, cast, second):
    unlock(locked, cast, second)
    FormEntry.objects.filter(participant=locked, form="severity").update(answers={})
    sign_case(
        by=cast.investigator, participant=locked, password=factory.PASSWORD, meaning="Reviewed"
    )
    labels = [signature.unlock_label for signature in case_of(locked).signatures]
    assert ["content changed" in labels[0], labels[1]] == [True, ""]


def test_an_unlocked_case_is_locked_again(locked, cast, second):
    unlock(locked, cast, second)
    lock_case(by=second, participant=locked, reason="Clean again")
    assert locked.state == "locked"
    assert Closure.objects.filter(participant=locked).count() == 2


def test_a_frozen_participant_thaws_for_a_reason(finished, cast):
    closure = freeze(by=cast.data_manager, participant=finished, reason="Cleaning")
    with pytest.raises(Conflict):
        freeze(by=cast.data_manager, participant=finished, reason="Cleaning")
    with pytest.raises(Invalid):
        unfreeze(by=cast.data_manager, closure=closure, reason="")
    unfreeze(by=cast.data_manager, closure=closure, reason="Cleaned")
    with pytest.raises(OutOfOrder):
        unfreeze(by=cast.data_manager, closure=closure, reason="Cleaned")
    freeze(by=cast.data_manager, participant=finished, reason="Once more")


def test_a_lock_is_no_freeze_that_one_person_lifts(locked, cast):
    with pytest.raises(OutOfOrder):
        unfreeze(by=cast.data_manager, closure=Closure.objects.get(), reason="Quickly")


def test_a_visit_that_is_not_there_is_not_closed(finished, cast):
    with pytest.raises(NotThere):
        freeze(by=cast.data_manager, participant=finished, visit="month_99", reason="Cleaning")
    with pytest.raises(NotThere):
        lock_visit(by=cast.data_manager, participant=finished, visit="month_99", reason=WHY)


def test_nothing_is_closed_under_a_worker(finished, cast):
    Job.objects.create(
        kind="measure", key="m", target="1", subject=finished.number, requested_by=cast.analyst
    )
    with pytest.raises(OutOfOrder, match="worked on"):
        freeze(by=cast.data_manager, participant=finished, reason="Cleaning")
    with pytest.raises(OutOfOrder, match="worked on"):
        lock_study(by=cast.data_manager, reason=WHY)


def test_somebody_who_left_is_locked_as_they_left(cast):
    participant = factory.enrolled(cast)
    with pytest.raises(OutOfOrder, match="no step"):
        lock_case(by=cast.data_manager, participant=participant, reason=WHY)
    factory.take(cast.coordinator, participant, State.LOST, Action.WITHDRAW, "lost")
    lock_case(by=cast.data_manager, participant=participant, reason=WHY)
    assert participant.state == "lost"
    with pytest.raises(Conflict):
        lock_case(by=cast.data_manager, participant=participant, reason=WHY)


def test_nothing_is_locked_over_an_open_query(finished, cast):
    sign_case(
        by=cast.investigator, participant=finished, password=factory.PASSWORD, meaning="Reviewed"
    )
    query = open_query(
        by=cast.monitor, participant=finished, place=of_visit("baseline"), text="Which day?"
    )
    for lock in (
        lambda: lock_case(by=cast.data_manager, participant=finished, reason=WHY),
        lambda: lock_visit(
            by=cast.data_manager, participant=finished, visit="baseline", reason=WHY
        ),
        lambda: lock_study(by=cast.data_manager, reason=WHY),
    ):
        with pytest.raises(OutOfOrder, match="1 query is not closed"):
            lock()
    lock_visit(by=cast.data_manager, participant=finished, visit="surgery", reason=WHY)
    close_query(by=cast.monitor, query=query, text="Of 3 March.")
    lock_case(by=cast.data_manager, participant=finished, reason=WHY)


def test_the_study_lock_carries_the_hash_of_the_dataset(finished, cast):
    closure = lock_study(by=cast.data_manager, reason=WHY)
    assert closure.dataset_sha256 == dataset_sha256()
    assert closure.dataset_sha256 in Act.objects.get(action="lock").detail
    FormEntry.objects.filter(participant=finished, form="severity").update(answers={})
    assert closure.dataset_sha256 != dataset_sha256()


def test_the_study_is_closed_by_somebody_of_every_site(finished, cast):
    Site.objects.create(code="PK", name="Another Hospital")
    with pytest.raises(NotPermitted):
        lock_study(by=cast.data_manager, reason=WHY)
    with pytest.raises(NotPermitted):
        freeze(by=cast.data_manager, reason="Cleaning")


def test_a_data_manager_of_another_site_opens_nothing_here(locked, cast):
    stranger = factory.make_cast("XB").data_manager
    closure = Closure.objects.get(participant=locked)
    with pytest.raises(NotPermitted):
        ask_unlock(by=stranger, closure=closure, reason="Mine")
    asked = ask_unlock(by=cast.data_manager, closure=closure, reason="A late result")
    with pytest.raises(NotPermitted):
        decide_unlock(by=stranger, request=asked, granted=True)


@pytest.mark.parametrize("role", ["coordinator", "investigator", "reader", "analyst", "monitor"])
def test_only_a_data_manager_closes_and_opens(locked, cast, role):
    by = getattr(cast, role)
    with pytest.raises(NotPermitted):
        freeze(by=by, participant=locked, reason="Mine")
    with pytest.raises(NotPermitted):
        lock_visit(by=by, participant=locked, visit="baseline", reason="Mine")
    with pytest.raises(NotPermitted):
        ask_unlock(by=by, closure=Closure.objects.get(), reason="Mine")


def test_the_table_refuses_what_says_nothing(finished, cast):
    made = {"reason": WHY, "by": cast.data_manager}
    for wrong in (
        {"level": "locked", "scope": "study"},
        {"level": "frozen", "scope": "participant"},
        {"level": "frozen", "scope": "visit", "participant": finished},
        {"level": "half", "scope": "participant", "participant": finished},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Closure.objects.create(**made, **wrong)
