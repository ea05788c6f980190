"""The pages of freezing, locking and unlocking."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrollment.models import Closure, UnlockRequest
from enrollment.overview import steps_of
from reports.case.record import way_of
from reports.closing_urls import urlpatterns
from reports.closures import waiting
from reports.services.locking import (
    ask_unlock,
    decide_unlock,
    lock_case,
    lock_visit,
    take_back_unlock,
)
from reports.services.signing import sign_case
from studysite.core.errors import Conflict, OutOfOrder
from studysite.core.roles import POLICY, Action, Role
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
WHY = "Cleaning"


def as_user(user, **headers):
    client = Client(headers=headers)
    client.force_login(user)
    return client


@pytest.fixture
def second(cast):
    return factory.person("second", "Lu Jing", Role.DATA_MANAGER, cast.site)


@pytest.fixture
def url(finished):
    return reverse("closing:participant", args=[finished.number])


def test_the_pages_open_for_the_roles_of_their_action(finished, cast, url, second):
    closure = lock_visit(by=second, participant=finished, visit="month_12", reason=WHY)
    asked = ask_unlock(by=second, closure=closure, reason="Late")
    pages = {
        "participant": (Action.SEE_CLOSURES, url, "get", 200),
        "study": (Action.SEE_CLOSURES, reverse("closing:study"), "get", 200),
        "decide": (Action.UNLOCK, reverse("closing:decide", args=[asked.pk]), "post", 422),
    }
    assert {pattern.name for pattern in urlpatterns} == set(pages)
    other = factory.make_cast("XB")
    for role in Role:
        here = factory.person(f"h-{role}", "Somebody", role, cast.site)
        there = factory.person(f"t-{role}", "Somebody", role, other.site)
        for name, (action, page, method, good) in pages.items():
            allowed = role in POLICY[action]
            status = getattr(as_user(here), method)(page).status_code
            assert status == (good if allowed else 403), (role, name)
            elsewhere = 200 if name == "study" else 404
            status = getattr(as_user(there), method)(page).status_code
            assert status == (elsewhere if allowed else 403), (role, name)


def test_a_data_manager_freezes_and_unfreezes_a_visit(finished, cast, url):
    client = as_user(cast.data_manager)
    given = {"change": "freeze:baseline", "reason": WHY}
    assert client.post(url, given).status_code == 302
    closure = Closure.objects.get()
    assert (closure.level, closure.visit) == ("frozen", "baseline")
    page = client.get(url).content.decode()
    assert 'data-state="frozen"' in page
    assert f'value="unfreeze:#{closure.pk}"' in page
    form = reverse("enrollment:form", args=[finished.number, "baseline", "severity"])
    assert "Cleaning" in as_user(cast.coordinator).get(form).content.decode()
    opened = {"change": f"unfreeze:#{closure.pk}", "reason": "Cleaned"}
    assert client.post(url, opened).status_code == 302
    assert "Unfrozen" in client.get(url).content.decode()


def test_what_is_not_offered_is_not_done(finished, cast, url):
    client = as_user(cast.data_manager)
    page = client.get(url).content.decode()
    assert 'value="lock:"' not in page  # The case is not signed.
    assert client.post(url, {"change": "lock:", "reason": WHY}).status_code == 422
    assert client.post(url, {"change": "freeze:baseline", "reason": " "}).status_code == 422
    as_user(cast.monitor).post(url, {"change": "freeze:baseline", "reason": WHY})
    assert not Closure.objects.exists()


def test_two_data_managers_unlock_a_case(finished, cast, url, second):
    sign_case(
        by=cast.investigator, participant=finished, password=factory.PASSWORD, meaning="Reviewed"
    )
    lock_case(by=cast.data_manager, participant=finished, reason=WHY)
    client, other = as_user(cast.data_manager), as_user(second)
    change = f"ask:#{Closure.objects.get().pk}"
    assert client.post(url, {"change": change, "reason": "A late result"}).status_code == 302
    asked = UnlockRequest.objects.get()
    decide = reverse("closing:decide", args=[asked.pk])
    study = reverse("closing:study")
    assert 'value="grant"' not in client.get(study).content.decode()
    assert "waits for a second person" in client.get(study).content.decode()
    assert client.post(decide, {"act": "grant"}).status_code == 403
    assert decide in other.get(study).content.decode()
    assert "Decide on an unlocking" in other.get("/").content.decode()
    assert "Decide on an unlocking" not in client.get("/").content.decode()
    assert other.post(decide, {"act": "grant"}).status_code == 302
    finished.refresh_from_db()
    assert finished.state == "signed"
    signed = reverse("reports:sign", args=[finished.number])
    page = as_user(cast.investigator).get(signed).content.decode()
    assert "Signed before the record was unlocked; content unchanged." in page
    chinese = as_user(cast.investigator, **{"accept-language": "zh-hans"}).get(signed)
    assert "签署于记录解锁之前；内容未变。" in chinese.content.decode()


@pytest.fixture
def asked(finished, cast):
    sign_case(
        by=cast.investigator, participant=finished, password=factory.PASSWORD, meaning="Reviewed"
    )
    lock_case(by=cast.data_manager, participant=finished, reason=WHY)
    return ask_unlock(by=cast.data_manager, closure=Closure.objects.get(), reason="A late result")


def test_the_participants_page_shows_what_became_of_a_request(asked, cast, url, second):
    one, other = as_user(cast.data_manager), as_user(second)
    assert "waits for a second person" in one.get(url).content.decode()
    decide = reverse("closing:decide", args=[asked.pk])
    assert 'value="grant"' not in one.get(url).content.decode()
    assert decide in other.get(url).content.decode()
    other.post(decide, {"act": "refuse", "remark": "The result is on record"})
    page = one.get(url).content.decode()
    assert "It stays locked." in page
    assert "The result is on record" in page


def test_a_decision_made_in_another_tab_is_told(asked, second):
    other, decide = as_user(second), reverse("closing:decide", args=[asked.pk])
    other.post(decide, {"act": "refuse", "remark": "The result is on record"})
    answer = other.post(decide, {"act": "grant"})
    assert answer.status_code == 409
    assert "Lu Jing decided this request already, at " in answer.content.decode()


def test_who_asked_takes_a_request_back_and_it_is_decided_no_more(asked, cast, second):
    with pytest.raises(OutOfOrder, match="only who asked"):
        take_back_unlock(by=second, request=asked)
    take_back_unlock(by=cast.data_manager, request=asked)
    assert not waiting(second).exists()
    for late in (
        lambda: decide_unlock(by=second, request=asked, granted=True),
        lambda: take_back_unlock(by=cast.data_manager, request=asked),
    ):
        with pytest.raises(Conflict, match=f"{cast.data_manager} took this request back at 20"):
            late()
    with pytest.raises(IntegrityError), transaction.atomic():
        UnlockRequest.objects.filter(pk=asked.pk).update(
            granted=True, decided_by=second, decided_at=asked.at
        )
    ask_unlock(by=cast.data_manager, closure=asked.closure, reason="The right one")


def test_who_asked_takes_the_request_back_where_it_stands(asked, cast, url, second):
    one, decide = as_user(cast.data_manager), reverse("closing:decide", args=[asked.pk])
    assert 'value="take_back"' in one.get(url).content.decode()
    assert 'value="take_back"' not in as_user(second).get(url).content.decode()
    assert one.post(decide, {"act": "take_back"})["Location"] == url
    page = one.get(url).content.decode()
    assert "Taken back." in page
    assert 'value="take_back"' not in page
    assert "Decide on an unlocking" not in as_user(second).get("/").content.decode()


def test_who_unlocks_a_case_has_not_signed_it(asked, cast, second):
    decide_unlock(by=second, request=asked, granted=True)
    row = asked.closure.participant
    row.refresh_from_db()
    shown = [step.by for step in steps_of(row) if step.state == "done"]
    assert (shown[-1], str(second) in shown) == (str(cast.investigator), False)
    told = [step.by for step in way_of(row) if step.reached]
    assert (told[-1], str(second) in told) == (str(cast.investigator), False)


def test_the_study_is_frozen_and_locked_on_its_page(finished, cast):
    client, study = as_user(cast.data_manager), reverse("closing:study")
    assert client.post(study, {"change": "freeze:", "reason": WHY}).status_code == 302
    assert client.post(study, {"change": "lock:", "reason": WHY}).status_code == 302
    digest = Closure.objects.get(level="locked").dataset_sha256
    assert digest in client.get(study).content.decode()
    factory.make_cast("XB")
    assert 'name="change"' not in client.get(study).content.decode()
