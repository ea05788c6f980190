"""Signing and locking a case."""

from __future__ import annotations

import pytest

from enrollment.models import FormEntry
from imaging.models import Series
from reports.case.content import case_of
from reports.services.locking import lock_case
from reports.services.signing import must_be_renewed, sign_case
from studysite.core.errors import Conflict, Invalid, NotPermitted, OutOfOrder
from studysite.core.models import Act, Signature
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
MEANING = "Reviewed and approved"


@pytest.fixture
def signed(finished, cast):
    sign_case(
        by=cast.investigator, participant=finished, password=factory.PASSWORD, meaning=MEANING
    )
    return finished


def change_behind_the_services(participant):
    FormEntry.objects.filter(participant=participant, form="severity").update(answers={})


def test_a_signature_keeps_name_meaning_and_digest(signed, cast):
    signature = Signature.objects.get(subject=signed.number)
    assert signed.state == "signed"
    assert signature.printed_name == cast.investigator.printed_name
    assert signature.meaning == MEANING
    assert signature.content_sha256 == case_of(signed).content.sha256
    assert Act.objects.filter(subject=signed.number, action="sign_case").exists()


def test_signing_and_locking_do_not_make_a_signature_invalid(signed, cast):
    assert case_of(signed).signatures[0].valid
    lock_case(by=cast.data_manager, participant=signed, reason="Data are clean")
    assert case_of(signed).signatures[0].valid
    assert signed.state == "locked"


def test_any_change_of_content_shows_at_once(signed):
    change_behind_the_services(signed)
    assert not case_of(signed).signatures[0].valid


def test_a_signature_copied_to_another_case_is_not_valid(signed, cast):
    other = factory.finished(factory.make_cast("XB"))
    row = Signature.objects.get(subject=signed.number)
    row.pk, row.subject = None, other.number
    row.save(force_insert=True)
    assert case_of(other).signatures[0].standing == "not_genuine"
    assert case_of(signed).signatures[0].valid


def test_a_scan_that_is_another_one_voids_the_signature(signed):
    Series.objects.filter(participant=signed, sequence="t2_3d").update(sha256="0" * 64)
    assert case_of(signed).signatures[0].standing == "content_changed"


def test_a_case_that_changed_is_not_locked_until_signed_again(signed, cast):
    change_behind_the_services(signed)
    with pytest.raises(OutOfOrder, match="signed again first"):
        lock_case(by=cast.data_manager, participant=signed, reason="Data are clean")
    sign_case(by=cast.investigator, participant=signed, password=factory.PASSWORD, meaning=MEANING)
    assert [row.valid for row in case_of(signed).signatures] == [False, True]
    lock_case(by=cast.data_manager, participant=signed, reason="Data are clean")
    assert signed.state == "locked"


def test_a_wrong_password_signs_nothing(finished, cast):
    with pytest.raises(NotPermitted, match="password"):
        sign_case(by=cast.investigator, participant=finished, password="x", meaning=MEANING)
    finished.refresh_from_db()
    assert finished.state == "surgery_recorded"
    assert not Signature.objects.exists()


def test_content_that_changed_after_it_was_looked_at_is_not_signed(finished, cast):
    seen = case_of(finished).content.sha256
    change_behind_the_services(finished)
    given = {"password": factory.PASSWORD, "meaning": MEANING}
    with pytest.raises(Conflict, match="look at it again"):
        sign_case(by=cast.investigator, participant=finished, seen_sha256=seen, **given)
    assert not Signature.objects.exists()
    seen = case_of(finished).content.sha256
    sign_case(by=cast.investigator, participant=finished, seen_sha256=seen, **given)
    assert case_of(finished).signatures[0].valid


def test_a_signature_says_what_it_means(finished, cast):
    with pytest.raises(Invalid, match="means"):
        sign_case(
            by=cast.investigator, participant=finished, password=factory.PASSWORD, meaning=" "
        )


def test_a_case_is_not_signed_before_its_surgical_finding(cast):
    participant = factory.measured(cast)
    with pytest.raises(OutOfOrder, match="surgical finding"):
        sign_case(
            by=cast.investigator,
            participant=participant,
            password=factory.PASSWORD,
            meaning=MEANING,
        )


def test_a_valid_signature_is_not_given_twice(signed, cast):
    assert not must_be_renewed(signed)
    with pytest.raises(OutOfOrder):
        sign_case(
            by=cast.investigator, participant=signed, password=factory.PASSWORD, meaning=MEANING
        )


def test_a_case_is_not_locked_unsigned_or_without_a_reason(finished, cast):
    with pytest.raises(OutOfOrder):
        lock_case(by=cast.data_manager, participant=finished, reason="Data are clean")
    with pytest.raises(Invalid):
        lock_case(by=cast.data_manager, participant=finished, reason=" ")


@pytest.mark.parametrize("role", ["coordinator", "reader", "analyst", "monitor", "data_manager"])
def test_only_an_investigator_signs(finished, cast, role):
    with pytest.raises(NotPermitted, match="role"):
        sign_case(
            by=getattr(cast, role), participant=finished, password=factory.PASSWORD, meaning=MEANING
        )


@pytest.mark.parametrize("role", ["coordinator", "reader", "analyst", "monitor", "investigator"])
def test_only_a_data_manager_locks(signed, cast, role):
    with pytest.raises(NotPermitted, match="role"):
        lock_case(by=getattr(cast, role), participant=signed, reason="Data are clean")


def test_an_investigator_of_another_site_signs_nothing_here(finished):
    other = factory.make_cast("XB")
    with pytest.raises(NotPermitted):
        sign_case(
            by=other.investigator, participant=finished, password=factory.PASSWORD, meaning=MEANING
        )
