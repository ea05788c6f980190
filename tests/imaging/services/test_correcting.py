"""Contours corrected by hand: each a further version, with its reason; the one before stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.services.closing import Closed
from enrollment.services.enrolment import withdraw
from enrollment.services.freezing import freeze
from imaging.models import Measurement, MeasurementState, Series
from imaging.services.comparing import compared
from imaging.services.correcting import correct_contours
from imaging.services.measurement import ask_measurement
from imaging.services.measurement_form import answers_of
from imaging.view_state import clean
from studysite.core import jobs
from studysite.core.errors import Conflict, Invalid, NotPermitted, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.said import say
from tests.imaging.conftest import Measure
from tests.imaging.results import ENDS, refused, result

ANGLE = 2 * np.pi * np.arange(12) / 12
OUTLINE = {
    "arc_mm": 2.0,
    "kind": "spline",
    "points_mm": (0.5 * np.stack([np.cos(ANGLE), np.sin(ANGLE)], axis=1)).tolist(),
}
VIEW = {"cursor": [1.0, 2.0, 3.0], "zoom": 2.5, "side": "left", "tab": "cpr"}


def correct(by: User, row: Measurement, **changes: Any) -> Measurement:
    given = {"outlines": {"left": [OUTLINE]}, "reason": "A vein was taken for nerve."} | changes
    return correct_contours(by=by, measurement=row, **given)


def done(row: Measurement) -> Measurement:
    jobs.run(row.job_id)  # type: ignore[arg-type]
    row.refresh_from_db()
    return row


@pytest.fixture
def corrected(measured: Measurement, analyst: User) -> Measurement:
    """The second version of a measurement: one section of the left nerve outlined by hand."""
    return done(correct(analyst, measured, seen_version=1, view=VIEW))


def test_a_correction_is_a_further_version_and_the_earlier_one_stays(
    measured: Measurement, corrected: Measurement, analyst: User
) -> None:
    before = Measurement.objects.get(pk=measured.pk)
    assert before.result == measured.result
    assert (corrected.version, corrected.state) == (2, MeasurementState.MEASURED)
    assert (corrected.corrects, corrected.by) == (measured, analyst)
    assert corrected.reason == "A vein was taken for nerve."
    assert corrected.view == VIEW
    assert corrected.result is not None
    left, right = (corrected.result["nerves"][side] for side in ("left", "right"))
    area = left["profile"][4]["area_mm2"]
    assert area == pytest.approx(np.pi / 4, rel=1e-3)
    assert left["volume_mm3"] == pytest.approx(6 * 1.14 - 0.5 * (1.14 - area), abs=5e-3)
    assert right == result()["nerves"]["right"] | {"said": right["said"]}
    assert corrected.result["corrects"]["version"] == 1
    outline = np.array(left["profile"][4]["by_hand"]["outline_mm"])
    assert np.allclose(np.linalg.norm(outline - [4.0, 0.0, 0.0], axis=1), 0.5, atol=0.01)


def test_a_correction_of_a_correction_begins_with_the_fit_again(
    measured: Measurement, corrected: Measurement, analyst: User
) -> None:
    again = done(correct(analyst, corrected, outlines={"right": [OUTLINE]}, reason="Other side."))
    assert again.result is not None
    left, right = (again.result["nerves"][side] for side in ("left", "right"))
    assert "by_hand" not in left
    assert left["volume_mm3"] == result()["nerves"]["left"]["volume_mm3"]
    assert right["by_hand"]["sections"] == 1
    assert [say(each) for each in right["said"]["flags"]][-1].startswith("Corrected by hand: 1 of")


def test_a_corrected_figure_says_so_wherever_it_shows(
    client: Client, corrected: Measurement, analyst: User
) -> None:
    client.force_login(analyst)
    text = client.get(reverse("imaging:measurement", args=[corrected.pk])).content.decode()
    # At the nerve, at its section, in the list of versions, and with what it means.
    assert text.count("corrected by hand") >= 2
    assert ">by hand</span>" in text
    assert "1 of 13 sections were outlined by a person" in text
    assert str(answers_of(corrected)["version_reason"]).startswith("Contours corrected by hand: A")
    found = client.get(f"/api/v1/measurements/{corrected.pk}/").json()
    assert found["result"]["nerves"]["left"]["flag_codes"][-1] == "corrected_by_hand"
    assert (found["corrects"], found["outlines"]["left"][0]["kind"]) == (
        corrected.corrects_id,
        "spline",
    )


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"reason": "  "}, Invalid, "needs a reason"),
        ({"outlines": {}}, Invalid, "No section is outlined"),
        ({"outlines": {"left": [OUTLINE | {"arc_mm": 2.2}]}}, Invalid, "no section at 2.20 mm"),
        ({"outlines": {"left": [OUTLINE | {"points_mm": [[0, 0]] * 5}]}}, Invalid, "the same"),
        ({"outlines": {"left": [OUTLINE | {"points_mm": "here"}]}}, Invalid, "list of points"),
        ({"outlines": {"middle": [OUTLINE]}}, Invalid, "Only a measured nerve"),
        ({"seen_version": 0}, Conflict, "Version 1 was asked for meanwhile, by"),
        ({"view": {"cursor": [1, 2]}}, Invalid, "state of the viewer"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    measured: Measurement, analyst: User, changes: dict[str, Any], error: Any, sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        correct(analyst, measured, **changes)
    assert Measurement.objects.count() == 1


def test_a_refused_nerve_and_one_under_way_have_no_contours(
    accepted: Series, analyst: User, measure: Measure
) -> None:
    half = measure(accepted, document=result(left=refused()))
    with pytest.raises(Invalid, match="Only a measured nerve"):
        correct(analyst, half)
    asked = correct(analyst, half, outlines={"right": [OUTLINE]})
    with pytest.raises(Conflict, match="under way"):
        correct(analyst, half, outlines={"right": [OUTLINE]})
    with pytest.raises(OutOfOrder, match="Only a measured nerve"):
        correct(analyst, asked)


def test_only_the_analyst_corrects(
    measured: Measurement, coordinator: User, investigator: User, reader: User, stranger: User
) -> None:
    for by in (coordinator, investigator, reader, stranger):
        with pytest.raises(NotPermitted):
            correct(by, measured)


def test_nothing_is_corrected_of_somebody_who_left_or_whose_visit_is_frozen(
    measured: Measurement, analyst: User, data_manager: User, investigator: User
) -> None:
    person = measured.series.participant
    visit = measured.series.scan.visit.key
    with transaction.atomic():
        freeze(by=data_manager, participant=person, visit=visit, reason="Cleaning.")
        with pytest.raises(Closed):
            correct(analyst, measured)
        transaction.set_rollback(True)
    withdraw(
        by=investigator, participant=person, kind="withdrawn", on=timezone.localdate(),
        decided_by="participant", data_may_stay=True, reason="Moved away.",
    )  # fmt: skip
    with pytest.raises(OutOfOrder, match="is closed"):
        correct(analyst, measured)


def test_the_database_keeps_no_correction_without_a_reason(
    measured: Measurement, corrected: Measurement
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Measurement.objects.filter(pk=corrected.pk).update(reason="")


def test_points_set_from_a_stale_page_are_refused(
    measured: Measurement, analyst: User, measure: Measure
) -> None:
    measure(measured.series, reason="The canal end was too deep.")
    with pytest.raises(Conflict, match="Version 2 was asked for meanwhile"):
        ask_measurement(
            by=analyst, series=measured.series, ends=ENDS, reason="Mine.", seen_version=1
        )


def test_two_versions_are_compared(
    client: Client, measured: Measurement, corrected: Measurement, analyst: User
) -> None:
    found = compared(by=analyst, pk=corrected.pk, other=measured.pk)
    assert (found.earlier.version, found.later.version) == (1, 2)
    volume = next(row for row in found.values if (row.side, row.name) == ("left", "volume_mm3"))
    assert volume.difference == pytest.approx(-0.5 * (1.14 - np.pi / 4), abs=5e-3)
    assert {row.moved_mm for row in found.points} == {0.0}
    client.force_login(analyst)
    page = client.get(reverse("imaging:compare", args=[corrected.pk, measured.pk]))
    text = page.content.decode()
    for words in ("Versions compared", "same place", "corrected by hand", "-0.18"):
        assert words in text
    address = reverse("imaging:compared_profiles", args=[corrected.pk, measured.pk, "left"])
    assert b"<svg" in client.get(address).content
    told = client.get(f"/api/v1/measurements/{measured.pk}/comparison/{corrected.pk}/").json()
    assert told["later"]["corrects"] == measured.pk


def test_versions_of_two_series_or_under_way_are_not_compared(
    measured: Measurement, analyst: User
) -> None:
    asked = ask_measurement(by=analyst, series=measured.series, ends=ENDS, reason="Again.")
    with pytest.raises(OutOfOrder, match="still being measured"):
        compared(by=analyst, pk=asked.pk, other=measured.pk)
    other = Series.objects.exclude(pk=measured.series_id).get()
    Measurement.objects.filter(pk=asked.pk).update(series=other, version=1)
    with pytest.raises(NotThere, match="not of one series"):
        compared(by=analyst, pk=asked.pk, other=measured.pk)


@pytest.mark.parametrize(
    "view",
    [
        {"cursor": "here"}, {"zoom": float("inf")}, {"zoom": True}, {"tab": "others"},
        {"planes": {"axial": {"right": [1, 0, 0]}}}, {"arm": "3d"}, {"window": {"low": 1}},
    ],
)  # fmt: skip
def test_a_viewers_state_is_known_names_and_numbers(view: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        clean(view)
