"""Quality control is a person's verdict, once a series."""

from __future__ import annotations

import pytest

from enrollment.journey import State
from enrollment.models import ExpectedScan, Participant, ScanState
from imaging.models import Read, Series, SeriesState
from imaging.services.expected import record_not_done
from imaging.services.quality import check_quality, find_series
from studysite.core.errors import Invalid, NotPermitted, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from tests.imaging.conftest import Measure
from tests.imaging.shelf import shelve


def test_an_accepted_series_settles_its_scan(stored: Series, analyst: User) -> None:
    check_quality(by=analyst, series=stored, verdict="accepted", score=5, remarks="")
    stored.refresh_from_db()
    stored.scan.refresh_from_db()
    assert (stored.state, stored.scan.state) == (SeriesState.ACCEPTED, ScanState.ACCEPTED)


def test_when_every_required_series_is_accepted_the_participant_goes_on(accepted: Series) -> None:
    accepted.participant.refresh_from_db()
    assert accepted.participant.state == State.QUALITY_CHECKED


def test_a_repeat_takes_the_participant_back_to_waiting_for_a_scan(
    stored: Series, analyst: User
) -> None:
    check_quality(by=analyst, series=stored, verdict="repeat_asked", score=1, remarks="Motion.")
    stored.participant.refresh_from_db()
    stored.scan.refresh_from_db()
    assert stored.participant.state == State.ENROLLED
    assert stored.scan.state == ScanState.REPEAT_ASKED


def test_a_series_judged_before_the_rest_is_given_up_takes_its_participant_on(
    enrolled: Participant, coordinator: User, analyst: User
) -> None:
    series = shelve(enrolled, "t2_3d", coordinator)
    check_quality(by=analyst, series=series, verdict="accepted", score=5, remarks="")
    missing = ExpectedScan.objects.get(visit__participant=enrolled, sequence="tof_3d")
    record_not_done(by=coordinator, scan=missing, reason="The coil broke.")
    enrolled.refresh_from_db()
    assert enrolled.state == State.QUALITY_CHECKED


def test_a_nerve_measured_before_the_rest_is_settled_takes_its_participant_on_then(
    enrolled: Participant,
    coordinator: User,
    analyst: User,
    reader: User,
    reader_two: User,
    measure: Measure,
) -> None:
    series = shelve(enrolled, "t2_3d", coordinator)
    check_quality(by=analyst, series=series, verdict="accepted", score=5, remarks="")
    measure(series)
    enrolled.refresh_from_db()
    assert enrolled.state == State.ENROLLED
    missing = ExpectedScan.objects.get(visit__participant=enrolled, sequence="tof_3d")
    record_not_done(by=coordinator, scan=missing, reason="The coil broke.")
    enrolled.refresh_from_db()
    assert enrolled.state == State.MEASURED
    assert Read.objects.filter(participant=enrolled).count() == 2


def test_a_nerve_measured_before_the_last_verdict_takes_its_participant_on_then(
    stored: Series, analyst: User, reader: User, reader_two: User, measure: Measure
) -> None:
    participant = stored.participant
    check_quality(by=analyst, series=stored, verdict="accepted", score=5, remarks="")
    measure(stored)
    tof = Series.objects.get(participant=participant, sequence="tof_3d")
    check_quality(by=analyst, series=tof, verdict="accepted", score=5, remarks="")
    participant.refresh_from_db()
    assert participant.state == State.MEASURED


def test_a_scan_that_the_protocol_leaves_open_is_enough_where_the_others_are_given_up(
    enrolled: Participant, coordinator: User, analyst: User
) -> None:
    series = shelve(enrolled, "t1_3d", coordinator)
    for scan in ExpectedScan.objects.filter(visit__participant=enrolled, required=True):
        record_not_done(by=coordinator, scan=scan, reason="Not on this scanner.")
    enrolled.refresh_from_db()
    assert enrolled.state == State.SCANNED
    check_quality(by=analyst, series=series, verdict="accepted", score=4, remarks="")
    enrolled.refresh_from_db()
    assert enrolled.state == State.QUALITY_CHECKED


def second_of_its_kind(first: Series) -> Series:
    """Another series that came for the same scan before the first was judged."""
    return Series.objects.create(
        participant=first.participant,
        scan=first.scan,
        intake=first.intake,
        sequence=first.sequence,
        uid="2.25.7",
        study_uid=first.study_uid,
        modality="MR",
        size=first.size,
        spacing_mm=first.spacing_mm,
        instances_count=0,
        measurable=True,
    )


@pytest.mark.parametrize("verdicts", [("repeat_asked", "accepted"), ("accepted", "repeat_asked")])
def test_of_two_series_for_one_scan_a_good_one_is_enough(
    stored: Series, analyst: User, verdicts: tuple[str, str]
) -> None:
    rest = Series.objects.exclude(pk=stored.pk).get()
    check_quality(by=analyst, series=rest, verdict="accepted", score=4, remarks="")
    both = (stored, second_of_its_kind(stored))
    for series, verdict in zip(both, verdicts, strict=True):
        check_quality(by=analyst, series=series, verdict=verdict, score=3, remarks="Seen.")
    stored.scan.refresh_from_db()
    stored.participant.refresh_from_db()
    assert stored.scan.state == ScanState.ACCEPTED
    assert stored.participant.state == State.QUALITY_CHECKED


@pytest.mark.parametrize(
    ("verdict", "score", "remarks", "field"),
    [
        ("maybe", 3, "", "verdict"),
        ("accepted", 0, "", "score"),
        ("accepted", 6, "", "score"),
        ("accepted", 1, "", "score"),
        ("repeat_asked", 2, "  ", "remarks"),
    ],
)
def test_a_verdict_that_cannot_be_is_refused_at_its_field(
    stored: Series, analyst: User, verdict: str, score: int, remarks: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        check_quality(by=analyst, series=stored, verdict=verdict, score=score, remarks=remarks)
    assert refusal.value.field == field


def test_a_series_is_judged_once(accepted: Series, analyst: User) -> None:
    with pytest.raises(OutOfOrder, match="already judged"):
        check_quality(by=analyst, series=accepted, verdict="accepted", score=3, remarks="")


def revise(series: Series, by: User, verdict: str, reason: str = "The wrong series.") -> None:
    check_quality(by=by, series=series, verdict=verdict, score=2, remarks="Motion.", reason=reason)
    series.refresh_from_db()
    series.scan.refresh_from_db()
    series.participant.refresh_from_db()


def test_a_verdict_is_revised_with_a_reason_and_both_stay(accepted: Series, analyst: User) -> None:
    revise(accepted, analyst, "repeat_asked")
    assert (accepted.state, accepted.scan.state) == (
        SeriesState.REPEAT_ASKED,
        ScanState.REPEAT_ASKED,
    )
    assert accepted.participant.state == State.ENROLLED
    assert [check.reason for check in accepted.checks.all()] == ["", "The wrong series."]
    revise(accepted, analyst, "accepted", "It is the right one after all.")
    assert accepted.participant.state == State.QUALITY_CHECKED


def test_where_another_series_waits_a_revised_verdict_takes_back_to_scanned(
    accepted: Series, analyst: User
) -> None:
    second_of_its_kind(accepted)
    revise(accepted, analyst, "repeat_asked")
    assert accepted.scan.state == ScanState.RECEIVED
    assert accepted.participant.state == State.SCANNED


def test_a_verdict_on_what_nobody_judged_takes_no_reason(stored: Series, analyst: User) -> None:
    with pytest.raises(OutOfOrder, match="nothing to revise"):
        revise(stored, analyst, "accepted")


def test_verdicts_stand_once_readers_have_the_case(
    accepted: Series, analyst: User, reader: User, reader_two: User, measure: Measure
) -> None:
    measure(accepted)
    accepted.refresh_from_db()
    with pytest.raises(OutOfOrder, match="Readers have this case"):
        revise(accepted, analyst, "repeat_asked")


def test_what_was_measured_on_a_series_that_is_refused_since_takes_nobody_on(
    stored: Series, analyst: User, reader: User, reader_two: User, measure: Measure
) -> None:
    check_quality(by=analyst, series=stored, verdict="accepted", score=5, remarks="")
    measure(stored)
    again = second_of_its_kind(stored)
    revise(stored, analyst, "repeat_asked")
    tof = Series.objects.get(participant=stored.participant, sequence="tof_3d")
    for series in (again, tof):
        check_quality(by=analyst, series=series, verdict="accepted", score=5, remarks="")
    stored.participant.refresh_from_db()
    assert stored.participant.state == State.QUALITY_CHECKED


def test_only_the_analyst_of_the_site_judges(
    stored: Series, coordinator: User, investigator: User, stranger: User
) -> None:
    for by in (coordinator, investigator, stranger):
        with pytest.raises(NotPermitted):
            check_quality(by=by, series=stored, verdict="accepted", score=3, remarks="")
    with pytest.raises(NotThere):
        find_series(by=stranger, pk=stored.pk, action=Action.SEE_SCANS)
