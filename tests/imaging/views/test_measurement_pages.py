"""End points are set, the result is shown, further versions keep the earlier ones."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from imaging.models import Measurement, Series
from studysite.core import jobs
from studysite.core.models import User
from tests.imaging.conftest import Measure
from tests.imaging.results import ENDS, refused, result

SENT = {
    f"{side}_{end.removesuffix('_mm')}_{axis}": str(value)
    for side, ends in ENDS.items()
    for end, point in ends.items()
    for axis, value in zip("xyz", point, strict=True)
}


def show(client: Client, by: User, row: Measurement) -> str:
    client.force_login(by)
    return client.get(reverse("imaging:measurement", args=[row.pk])).content.decode()


def test_end_points_sent_from_the_page_ask_for_a_measurement(
    client: Client, accepted: Series, analyst: User
) -> None:
    client.force_login(analyst)
    answer = client.post(reverse("imaging:measure", args=[accepted.pk]), SENT)
    row = Measurement.objects.get()
    assert answer["Location"] == reverse("imaging:measurement", args=[row.pk])
    assert row.ends == ENDS


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"left_canal_x": "400"}, "The canal end of the left nerve lies outside the scan."),
        ({"right_canal_z": ""}, "The canal end of the right nerve is not set."),
        ({"left_canal_x": "far"}, "Enter a number."),
        (dict.fromkeys(SENT, ""), "End points are set for the left nerve, the right one, or both."),
    ],
)
def test_wrong_end_points_come_back_with_a_sentence_and_are_not_lost(
    client: Client, accepted: Series, analyst: User, changes: dict[str, str], sentence: str
) -> None:
    client.force_login(analyst)
    answer = client.post(reverse("imaging:measure", args=[accepted.pk]), SENT | changes)
    text = answer.content.decode()
    assert (answer.status_code, sentence in text) == (422, True)
    entered = {name for name, value in (SENT | changes).items() if value and f'"{value}"' in text}
    assert entered == {name for name, value in (SENT | changes).items() if value}


def test_only_a_series_own_measurement_lends_its_end_points(
    client: Client, measured: Measurement, analyst: User
) -> None:
    client.force_login(analyst)
    other = Series.objects.exclude(pk=measured.series_id).get()
    answers = [
        client.get(reverse("imaging:series", args=[pk]), {"from": measured.pk})
        for pk in (measured.series_id, other.pk)
    ]
    assert [answer.status_code for answer in answers] == [200, 404]


def test_a_measurement_under_way_asks_for_itself(
    client: Client, accepted: Series, analyst: User
) -> None:
    client.force_login(analyst)
    client.post(reverse("imaging:measure", args=[accepted.pk]), SENT)
    text = show(client, analyst, Measurement.objects.get())
    assert 'hx-trigger="every 1s"' in text
    assert "Measuring both nerves" in text


def test_a_failed_job_is_tried_again_from_its_page(
    client: Client, accepted: Series, analyst: User
) -> None:
    client.force_login(analyst)
    client.post(reverse("imaging:measure", args=[accepted.pk]), SENT)
    row = Measurement.objects.get()
    held = jobs.claim(row.job_id)  # type: ignore[arg-type]
    assert held is not None
    jobs._fail(held, "The disk is full.")
    text = show(client, analyst, row)
    assert "The disk is full." in text
    assert "every 1s" not in text
    client.post(reverse("imaging:retry_measurement", args=[row.pk]))
    assert 'hx-trigger="every 1s"' in show(client, analyst, row)


def test_both_nerves_are_shown_with_units_and_uncertainty(
    client: Client, measured: Measurement, investigator: User
) -> None:
    text = show(client, investigator, measured)
    for words in ("1.14", "± 0.02", "1.31", "mm²", "mm³", "at 3.4 mm", "Artery", "13 sections"):
        assert words in text
    assert text.count("/pictures/") >= 8


def test_a_contact_says_in_which_segment_it_is_and_how_sure_its_gap_is(
    client: Client, measured: Measurement, investigator: User
) -> None:
    text = show(client, investigator, measured)
    for words in ("Attached segment", '0.00 <span class="sd">± 0.03</span>'):
        assert words in text


def test_the_page_says_what_the_result_was_made_from_and_with(
    client: Client, measured: Measurement, investigator: User
) -> None:
    text = show(client, investigator, measured)
    for words in ("0123456789abcdef", "numpy 2.4.6, scipy 1.17.1", "cd" * 32, "ab" * 32):
        assert words in text
    assert "Moved onto the scan by 2.5 mm and 1.0°" in text


def test_a_refused_nerve_shows_its_reason_and_no_number(
    client: Client, accepted: Series, measure: Measure, analyst: User
) -> None:
    row = measure(accepted, document=result(right=refused("No path joins the ends.")))
    text = show(client, analyst, row)
    assert "No path joins the ends." in text
    assert "1.14" in text
    assert "1.31" not in text


def test_a_new_version_begins_with_the_points_of_the_old_one(
    client: Client, measured: Measurement, analyst: User
) -> None:
    client.force_login(analyst)
    url = reverse("imaging:series", args=[measured.series_id])
    form = client.get(url, {"from": str(measured.pk)}).context["ends_form"]
    assert form.initial["left_canal_z"] == ENDS["left"]["canal_mm"][2]
    answer = client.post(reverse("imaging:measure", args=[measured.series_id]), SENT)
    assert answer.status_code == 422
    assert answer.context["ends_form"].errors["reason"] == [
        "A further version of a measurement needs a reason."
    ]


def test_versions_are_listed_with_their_reasons(
    client: Client, measured: Measurement, measure: Measure, monitor: User
) -> None:
    measure(measured.series, reason="The canal end was too deep.")
    text = show(client, monitor, measured)
    assert "The canal end was too deep." in text


def test_the_profile_is_a_picture_of_both_nerves(
    client: Client, measured: Measurement, analyst: User
) -> None:
    client.force_login(analyst)
    answer = client.get(reverse("imaging:profile", args=[measured.pk]))
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content


def test_a_measurement_of_another_site_lends_no_end_points(
    client: Client, measured: Measurement, analyst: User
) -> None:
    client.force_login(analyst)
    url = reverse("imaging:series", args=[measured.series_id])
    assert client.get(url, {"from": str(measured.pk + 1)}).status_code == 404
