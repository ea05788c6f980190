"""Suggested end points: shown as unconfirmed, used once confirmed, recorded as what they were."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imaging.models import Measurement, Series
from imaging.nerve.result import Ends
from imaging.nerve.suggest import WHY, Suggestion
from imaging.services import suggesting
from imaging.services.measurement import ask_measurement
from studysite.core import jobs
from studysite.core.errors import Invalid, OutOfOrder
from studysite.core.models import Job, User
from studysite.core.said import say
from tests.imaging.results import ENDS
from tests.imaging.views.test_measurement_pages import SENT, show

FOUND = Suggestion(
    {
        "left": Ends((2.0, 0.0, 0.0), (8.0, -1.0, 1.0)),
        "right": Ends((-2.0, 0.0, 0.0), (-8.0, -1.0, 1.0)),
    },
    0.9,
)
Page = Callable[[Suggestion], str]
NONE = Suggestion({}, 0.0, "no_pair", WHY["no_pair"])
SUGGESTED = SENT | {"suggested": json.dumps(ENDS)}


@pytest.fixture
def page(client: Client, accepted: Series, analyst: User, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page of the series with this suggestion."""

    def load(found: Suggestion) -> str:
        monkeypatch.setattr(suggesting, "_found", lambda sha256: found)
        client.force_login(analyst)
        address = reverse("imaging:series", args=[accepted.pk]) + "?from=suggested"
        return client.get(address).content.decode()

    return load


def test_suggested_points_fill_the_form_unconfirmed(page: Page) -> None:
    text = page(FOUND)
    assert "not confirmed: look at each point" in text
    assert 'name="left_canal_x" value="8.0"' in text
    assert "data-confirm" in text
    assert "checked" not in text.split("data-confirm")[0].rsplit("<input", 1)[1]


def test_where_nothing_is_sure_the_page_says_why_and_leaves_the_form_empty(page: Page) -> None:
    text = page(NONE)
    assert "No two strands, left and right alike" in text
    assert "data-confirm" not in text
    assert 'value="8.0"' not in text


def test_an_unconfirmed_suggestion_is_not_used(
    client: Client, accepted: Series, analyst: User
) -> None:
    client.force_login(analyst)
    answer = client.post(reverse("imaging:measure", args=[accepted.pk]), SUGGESTED)
    assert answer.status_code == 422
    assert "Suggested end points are used once you confirm them." in answer.content.decode()
    assert not Measurement.objects.exists()


def test_what_was_confirmed_and_what_was_moved_is_recorded(
    client: Client, accepted: Series, analyst: User
) -> None:
    client.force_login(analyst)
    sent = SUGGESTED | {"confirmed": "on", "right_canal_x": "-7.5"}
    client.post(reverse("imaging:measure", args=[accepted.pk]), sent)
    row = Measurement.objects.get()
    assert (row.by, row.ends["left"]["origin"], row.ends["right"]["origin"]) == (
        analyst,
        "suggested",
        "moved",
    )
    assert "confirmed as they were" in show(client, analyst, row)


def test_points_set_by_hand_have_no_origin(client: Client, accepted: Series, analyst: User) -> None:
    client.force_login(analyst)
    client.post(reverse("imaging:measure", args=[accepted.pk]), SENT)
    assert Measurement.objects.get().ends == ENDS


def test_a_series_not_accepted_gets_no_suggestion(stored: Series, analyst: User) -> None:
    with pytest.raises(OutOfOrder):
        suggesting.suggestion_for(by=analyst, series=stored)


def test_a_worker_looks_and_the_page_then_holds_what_it_found(
    client: Client, accepted: Series, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "suggest_ends", lambda volume: FOUND)
    client.force_login(analyst)
    filled = reverse("imaging:series", args=[accepted.pk]) + "?from=suggested"
    asking = reverse("imaging:suggestion", args=[accepted.pk])
    answer = client.post(reverse("imaging:suggest", args=[accepted.pk]))
    assert (answer.status_code, answer["Location"]) == (302, filled)
    assert f'hx-get="{asking}" hx-trigger="every 1s"' in client.get(filled).content.decode()
    job = Job.objects.get(kind="suggest")
    part = client.get(asking, headers={"HX-Request": "true"})
    assert "Looking for the ends of both nerves" in part.content.decode()
    jobs.run(job.pk)
    assert client.get(asking, headers={"HX-Request": "true"})["HX-Redirect"] == filled
    text = client.get(filled).content.decode()
    assert 'name="left_canal_x" value="8.0"' in text
    assert "not confirmed: look at each point" in text
    assert suggesting.ask_suggestion(by=analyst, series=accepted) == job
    assert not Measurement.objects.exists()


def test_what_was_found_and_is_lost_is_looked_for_again(
    accepted: Series, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "suggest_ends", lambda volume: NONE)
    first = suggesting.ask_suggestion(by=analyst, series=accepted)
    jobs.run(first.pk)
    kept = suggesting.suggestion_for(by=analyst, series=accepted)
    assert kept is not None
    assert say(kept.sentence) == say(NONE.sentence)
    storages["documents"].delete(suggesting._name(accepted.sha256))
    again = suggesting.ask_suggestion(by=analyst, series=accepted)
    assert again != first
    assert suggesting.suggestion_job(accepted) == again


def test_a_failed_look_is_tried_again_from_the_page(
    client: Client, accepted: Series, analyst: User
) -> None:
    job = suggesting.ask_suggestion(by=analyst, series=accepted)
    Job.objects.filter(pk=job.pk).update(
        state="failed", message="The disk is full.", finished_at=timezone.now()
    )
    client.force_login(analyst)
    address = reverse("imaging:series", args=[accepted.pk]) + "?from=suggested"
    text = client.get(address).content.decode()
    assert "The disk is full." in text
    assert "every 1s" not in text
    client.post(reverse("imaging:suggest", args=[accepted.pk]))
    job.refresh_from_db()
    assert job.state == "queued"


def test_way_points_are_kept_and_held_to_the_scan(accepted: Series, analyst: User) -> None:
    ends = {"left": ENDS["left"] | {"waypoints_mm": [[5.0, 0.0, 0.0]]}}
    far = {"left": ENDS["left"] | {"waypoints_mm": [[5.0, 900.0, 0.0]]}}
    with pytest.raises(Invalid, match="way-point"):
        ask_measurement(by=analyst, series=accepted, ends=far)
    row = ask_measurement(by=analyst, series=accepted, ends=ends)
    assert row.ends["left"]["waypoints_mm"] == [[5.0, 0.0, 0.0]]


def test_way_points_set_on_the_page_are_kept_in_their_order(
    client: Client, accepted: Series, analyst: User
) -> None:
    client.force_login(analyst)
    way = {f"left_way{row}_{axis}": value for row, place in ((1, "4.0"), (3, "6.0"))
           for axis, value in (("x", place), ("y", "0.0"), ("z", "0.5"))}  # fmt: skip
    client.post(reverse("imaging:measure", args=[accepted.pk]), SENT | way)
    row = Measurement.objects.get()
    assert row.ends["left"]["waypoints_mm"] == [[4.0, 0.0, 0.5], [6.0, 0.0, 0.5]]
    assert "waypoints_mm" not in row.ends["right"]
    again = client.get(reverse("imaging:series", args=[accepted.pk])).content.decode()
    assert 'name="left_way2_x" value="6.0"' in again
    assert again.count('<details class="waypoints" open>') == 1
    assert "2 way-points" in show(client, analyst, row)


def test_half_a_way_point_is_told(client: Client, accepted: Series, analyst: User) -> None:
    client.force_login(analyst)
    sent = SENT | {"left_way1_x": "4.0"}
    answer = client.post(reverse("imaging:measure", args=[accepted.pk]), sent)
    assert answer.status_code == 422
    assert "A way-point is three numbers inside the scan." in answer.content.decode()
    assert not Measurement.objects.exists()
