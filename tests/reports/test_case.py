"""A participant's case: what it holds, and its digest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone, translation

from enrollment.services.eligibility import fail_screening
from enrollment.services.enrolment import withdraw
from enrollment.services.forms import save_form
from imaging.models import Measurement, Read
from reports.case.content import case_of
from reports.case.participation import Left
from reports.services.case_summary import ask_case_summary
from tests.reports import factory, results

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def test_a_finished_case_has_every_part(finished):
    content = case_of(finished).content
    assert content.subject.number == finished.number
    assert content.allocated.arm == "3d"
    assert not content.allocated.randomised
    assert [row.criterion for row in content.criteria][:2] == ["I1", "I2"]
    assert all(row.passes for row in content.criteria)
    assert {row.form for row in content.forms} == {
        "demographics",
        "mri_safety",
        "severity",
        "surgical_finding",
    }
    assert [(scan.sequence, len(scan.series)) for scan in content.scans] == [
        ("t2_3d", 1),
        ("tof_3d", 1),
        ("t1_3d", 0),
    ]
    assert content.scans[1].series[0].deviations == (factory.DEPARTURE,)
    assert content.measurement.left.csa_mean_mm2.value == 1.14
    assert len(content.reads) == 2
    assert content.adjudicated.answer("left_nvc").value == "yes"
    assert content.finding.answer("vessel").value == "aica"


def test_the_way_says_when_and_by_whom(finished, cast):
    way = {step.state: step for step in case_of(finished).way}
    assert way["screened"].by == cast.coordinator.printed_name
    assert way["eligible"].by == cast.investigator.printed_name
    assert way["measured"].by == cast.analyst.printed_name
    assert all(step.at for step in way.values() if step.reached)
    assert [state for state, step in way.items() if not step.reached] == ["signed", "locked"]


def test_history_names_person_and_reason_oldest_first(finished, cast):
    history = case_of(finished).history
    assert history[0].label == "Screening"
    enrolment = next(event for event in history if event.action == "enrol")
    assert (enrolment.by, enrolment.reason) == (
        cast.investigator.printed_name,
        "Next place of the arm",
    )
    assert [event.at for event in history] == sorted(event.at for event in history)


def test_the_digest_is_the_same_in_every_language(finished):
    with translation.override("zh-hans"):
        chinese = case_of(finished).content.sha256
    assert chinese == case_of(finished).content.sha256


def test_asking_for_a_document_changes_nothing_in_the_case(finished, cast):
    before = case_of(finished)
    ask_case_summary(by=cast.investigator, participant=finished, language="en")
    assert case_of(finished) == before


def test_the_digest_changes_with_the_content(finished, cast):
    before = case_of(finished).content.sha256
    entry = finished.entries.get(form="severity")
    save_form(
        by=cast.coordinator,
        participant=finished,
        form="severity",
        visit="baseline",
        answers=entry.answers | {"smc_grade": "IV"},
        seen_revision=1,
        submit=True,
        reason="Read from the wrong line",
    )
    assert case_of(finished).content.sha256 != before


def test_a_field_that_is_empty_is_not_in_the_digest(finished):
    content = case_of(finished).content
    canonical = json.loads(content.canonical())
    assert canonical["schema"] == "case/1"
    assert "screen_failed" not in canonical
    assert "evidence_zh" not in canonical["criteria"][0]
    assert canonical["forms"][0]["revision"] == 1
    changed = replace(content.criteria[0], evidence_zh="有据")
    again = replace(content, criteria=(changed, *content.criteria[1:]))
    assert again.sha256 != content.sha256


def test_zero_and_no_are_values_and_stay(finished):
    content = case_of(finished).content
    assert content.left is None
    left = Left("withdrawn", date(2026, 1, 2), "participant", False, "x", "y")
    kept = json.loads(replace(content, left=left).canonical())
    assert kept["left"]["data_may_stay"] is False


def test_no_identity_is_in_the_content(finished):
    canonical = case_of(finished).content.canonical().decode()
    assert json.loads(canonical)["subject"]["year_of_birth"] == 1975
    assert [word for word in factory.CANARY_WORDS if word in canonical] == []


def test_the_newest_finished_measurement_counts(finished, cast):
    first = Measurement.objects.get(series__participant=finished)
    newer = results.result(right=results.REFUSED)
    rows = {"series": first.series, "ends": {}, "by": cast.analyst}
    Measurement.objects.create(
        version=2, state="measured", result=newer, finished_at=timezone.now(), **rows
    )
    Measurement.objects.create(version=3, **rows)
    found = case_of(finished).content.measurement
    assert (found.version, found.right.status) == (2, "refused")


def test_a_read_that_is_not_locked_gives_nothing_away(finished):
    Read.objects.filter(participant=finished).update(locked_at=None)
    assert [read.answers for read in case_of(finished).content.reads] == [(), ()]


def test_data_that_may_not_stay_are_left_out(finished, cast):
    withdraw(
        by=cast.coordinator,
        participant=finished,
        kind="withdrawn",
        on=timezone.localdate(),
        decided_by="participant",
        data_may_stay=False,
        reason="Moved away",
    )
    content = case_of(finished).content
    assert content.data_refused
    assert (content.forms, content.scans, content.reads) == ((), (), ())
    assert content.measurement is None
    assert content.adjudicated is None
    subject = content.subject
    assert (subject.year_of_birth, subject.sex, subject.affected_side) == (None, "", "")
    assert (subject.onset, subject.number) == ("", finished.number)
    assert {(event.detail, event.reason) for event in case_of(finished).history} == {("", "")}


def test_images_that_may_not_stay_are_left_out_with_what_came_of_them(finished, cast):
    withdraw(
        by=cast.coordinator,
        participant=finished,
        kind="withdrawn",
        on=timezone.localdate(),
        decided_by="participant",
        data_may_stay=True,
        images_may_stay=False,
        reason="Moved away",
    )
    content = case_of(finished).content
    assert content.images_refused
    assert not content.data_refused
    assert (content.scans, content.reads) == ((), ())
    assert (content.measurement, content.adjudicated) == (None, None)
    assert content.forms
    assert content.finding


def test_a_failed_screening_says_how_far_it_came(cast):
    participant = factory.screened(cast)
    fail_screening(by=cast.investigator, participant=participant, reason="Changed her mind")
    case = case_of(participant)
    assert [step.state for step in case.way if step.reached] == ["screened"]
    assert case.content.screen_failed.reason == "Changed her mind"
