"""Studies and people of whom there is little to tell: each kind of report says so in words, and no
number is made up. The outcomes have theirs in `outcomes/test_degenerate.py`."""

from __future__ import annotations

import json
import re

import pytest
from django.utils import timezone

from enrollment.form_page import open_form
from enrollment.services.enrolment import withdraw
from enrollment.services.forms import save_form
from imaging.models import Adjudication, Read
from reports.case.content import case_of
from reports.catalog import crf
from reports.catalog.sheets import SHEETS, as_json, document_of, render
from reports.monitoring import desk_of
from tests.enrollment.services.test_stopping import DEVIATION
from tests.reports import factory
from tests.reports.answers import FINDING
from tests.reports.paper import embedded_in, text_of
from tests.reports.test_case_summary import said

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NOBODY = "Nobody was screened yet: there is nothing to report."
REVOKED = "Consent to the use of the data was revoked by 1"
NO_PART = "Arms, what readers saw and what surgery found are no part of this report"
EMPTY = {
    "monitoring_report": "No form is missing",
    "screening_log": "Everybody screened: Nobody was screened yet.",
    "enrolment_forecast": "there is no pace to forecast from",
    "deviation_list": "No deviation is recorded.",
    "data_quality": "Nothing due",
}
NO_NUMBER = re.compile(r"\b(nan|None|inf)\b")


def told(key: str, cast: factory.Cast) -> str:
    """All that a report of the conduct says, as a person reads the paper."""
    document = document_of(SHEETS[key], cast.data_manager, timezone.now())
    text = text_of(render(SHEETS[key], cast.data_manager, document, language="en").content)
    json.loads(as_json(document), parse_constant=lambda word: pytest.fail(word))
    assert not NO_NUMBER.search(text)
    return text


def leave(cast: factory.Cast, participant) -> None:
    withdraw(
        by=cast.coordinator, participant=participant, kind="withdrawn", on=timezone.localdate(),
        decided_by="participant", data_may_stay=False, reason="Moved away",
    )  # fmt: skip


@pytest.mark.parametrize("key", SHEETS)
def test_an_empty_study(key, cast):
    text = told(key, cast)
    assert NOBODY in text
    assert EMPTY[key] in text


@pytest.mark.parametrize("key", SHEETS)
def test_nobody_is_enrolled_and_so_no_arm_has_anybody(key, cast):
    factory.screened(cast)
    text = told(key, cast)
    assert "Nobody is enrolled yet." in text
    assert NO_PART in text


@pytest.mark.parametrize("key", SHEETS)
def test_reports_of_the_conduct_tell_no_arm_read_or_finding(key, finished, cast):
    """So an empty arm, nobody operated and reads without a decision change no number of theirs."""
    before = document_of(SHEETS[key], cast.data_manager, timezone.now())
    Adjudication.objects.all().update(answers={}, at=None)
    Read.objects.all().update(answers={})
    entry = finished.entries.get(form="surgical_finding")
    type(entry).objects.filter(pk=entry.pk).update(answers={"operated": "no"})
    after = document_of(SHEETS[key], cast.data_manager, timezone.now())
    assert NO_PART in told(key, cast)
    if key not in ("monitoring_report", "data_quality"):
        assert after["data"] == before["data"]
    arms = ("reconstruction", "MPR", "CPR", FINDING["surgeon"])
    assert [word for word in arms if word in as_json(after).decode()] == []


@pytest.mark.parametrize("key", SHEETS)
def test_somebody_revoked_the_use_of_their_data(key, finished, cast):
    leave(cast, finished)
    text = told(key, cast)
    assert REVOKED in text
    if key == "screening_log":
        assert "1975" not in text
        assert "Left out" in text
    if key in ("deviation_list", "monitoring_report"):
        assert "Field strength" not in text
        assert "Left out" in text


def test_a_deviation_of_somebody_who_revoked_is_counted_and_not_told(finished, cast):
    save_form(
        by=cast.coordinator, participant=finished, form="deviation", visit="log",
        answers=DEVIATION, seen_revision=0, submit=True,
    )  # fmt: skip
    assert DEVIATION["description"] in told("monitoring_report", cast)
    leave(cast, finished)
    assert DEVIATION["description"] not in told("monitoring_report", cast)
    (site,), (line,) = (found := desk_of(cast.monitor)).sites, found.protocol_deviations
    assert (site.protocol_deviations, set(line.cells), line.stops) == (1, {"Left out"}, False)


def test_a_form_of_somebody_who_revoked_has_no_answer(finished, cast):
    leave(cast, finished)
    paper = crf.filled(open_form(finished, "severity", "baseline")).content
    assert "Left out: the participant does not let the data stay." in text_of(paper)
    assert json.loads(embedded_in(paper))["answers"] == {}
    assert "interferes with vision" not in text_of(paper)


def test_a_form_that_nobody_entered_says_so(cast):
    person = factory.enrolled(cast)
    paper = crf.filled(open_form(person, "severity", "baseline")).content
    assert "Nothing is entered in this form yet." in text_of(paper)


def test_the_case_of_somebody_whose_reads_decide_nothing(finished):
    Adjudication.objects.all().delete()
    Read.objects.all().update(locked_at=None, answers={})
    text = said(finished)
    assert "No read is finished." in text
    assert "Not adjudicated." in text
    assert case_of(finished).content.adjudicated is None


def test_the_case_of_somebody_who_was_not_operated(finished):
    entry = finished.entries.get(form="surgical_finding")
    type(entry).objects.filter(pk=entry.pk).update(answers={"operated": "no"})
    text = said(finished)
    assert "Prof. Hu" not in text
    assert "Microvascular decompression was done No Recorded by" in text
