"""Suggested end points: shown as unconfirmed, used once confirmed, recorded as what they were."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from imaging.models import Measurement, Series
from imaging.nerve.result import Ends
from imaging.nerve.suggest import WHY, Suggestion
from imaging.services import suggesting
from imaging.services.measurement import ask_measurement
from studysite.core.errors import Invalid, OutOfOrder
from studysite.core.models import User
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
        monkeypatch.setattr(suggesting, "_found", lambda pk, sha256: found)
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


def test_way_points_are_kept_and_held_to_the_scan(accepted: Series, analyst: User) -> None:
    ends = {"left": ENDS["left"] | {"waypoints_mm": [[5.0, 0.0, 0.0]]}}
    far = {"left": ENDS["left"] | {"waypoints_mm": [[5.0, 900.0, 0.0]]}}
    with pytest.raises(Invalid, match="way-point"):
        ask_measurement(by=analyst, series=accepted, ends=far)
    row = ask_measurement(by=analyst, series=accepted, ends=ends)
    assert row.ends["left"]["waypoints_mm"] == [[5.0, 0.0, 0.0]]
