"""The board, the quarantine, a series with its verdict and its slices."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from PIL import Image

from enrollment.models import ExpectedScan, Participant, Query
from enrollment.places import of_visit
from enrollment.services.freezing import freeze
from enrollment.services.queries import open_query
from imaging.models import Held, Intake, Series, SeriesState
from imaging.models.intake import Door
from reports.services.locking import lock_visit
from studysite.core.models import Site, User
from tests.conftest import days_ago
from tests.imaging.conftest import Bring
from tests.imaging.scans import noise, write_scan


def page(client: Client, by: User, name: str, *args: object, **query: str) -> str:
    client.force_login(by)
    return client.get(reverse(f"imaging:{name}", args=args), query).content.decode()


def test_the_board_shows_each_expected_scan(
    client: Client, stored: Series, coordinator: User
) -> None:
    board = page(client, coordinator, "board")
    assert stored.participant.number in board
    assert board.count('data-state="received"') == 2
    assert board.count('data-state="expected"') == 1


def test_the_board_says_what_is_overdue(
    client: Client, enrolled: Participant, coordinator: User
) -> None:
    visit = ExpectedScan.objects.filter(sequence="t2_3d").get().visit
    visit.opens_on, visit.due_on, visit.closes_on = days_ago(30), days_ago(20), days_ago(10)
    visit.save()
    board = page(client, coordinator, "board")
    assert board.count('data-state="overdue"') == 2


@pytest.mark.parametrize(("query", "found"), [({"state": "received"}, 1), ({"number": "zz"}, 0)])
def test_the_board_is_narrowed(
    client: Client, stored: Series, coordinator: User, query: dict[str, str], found: int
) -> None:
    board = page(client, coordinator, "board", **query)
    assert board.count(f">{stored.participant.number}</a>") == found


def test_a_scan_that_will_not_come_is_given_up_from_the_pages(
    client: Client, enrolled: Participant, coordinator: User
) -> None:
    scan = ExpectedScan.objects.get(visit__participant=enrolled, sequence="tof_3d")
    address = reverse("imaging:scan_not_done", args=[scan.pk])
    assert address in page(client, coordinator, "participant_scans", enrolled.number)
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": "The coil broke."})
    assert answer["Location"] == reverse("imaging:participant_scans", args=[enrolled.number])
    scan.refresh_from_db()
    assert scan.state == "not_done"
    assert address not in page(client, coordinator, "participant_scans", enrolled.number)
    assert client.post(address, {"reason": "Again."}).status_code == 409


def test_a_held_scan_is_matched_from_its_page(
    client: Client, bring: Bring, enrolled: Participant, coordinator: User, tmp_path: Path
) -> None:
    bring(write_scan(tmp_path, "MISTYPED"))
    held = Held.objects.get()
    assert "No participant of this site" in page(client, coordinator, "held", held.pk)
    answer = client.post(
        reverse("imaging:match_held", args=[held.pk]),
        {"match-participant": enrolled.number, "match-reason": "Typed wrong at the scanner."},
    )
    intake = Intake.objects.get(door=Door.SETTLED)
    assert answer["Location"] == reverse("imaging:arrival", args=[intake.pk])


def test_a_held_scan_without_a_reason_is_not_refused(
    client: Client, site: Site, coordinator: User
) -> None:
    intake = Intake.objects.create(site=site, door=Door.UPLOAD, by=coordinator)
    held = Held.objects.create(intake=intake, key="k", code="c", reason="r", files_count=1)
    client.force_login(coordinator)
    answer = client.post(reverse("imaging:refuse_held", args=[held.pk]), {"refuse-reason": " "})
    assert answer.status_code == 422
    held.refresh_from_db()
    assert held.state == "waiting"


def test_a_verdict_is_recorded_from_the_page(client: Client, stored: Series, analyst: User) -> None:
    client.force_login(analyst)
    url = reverse("imaging:check_quality", args=[stored.pk])
    answer = client.post(url, {"verdict": "accepted", "score": "4", "remarks": ""})
    stored.refresh_from_db()
    assert (answer.status_code, stored.state) == (302, SeriesState.ACCEPTED)


def test_a_repeat_without_a_remark_is_put_right_at_its_field(
    client: Client, stored: Series, analyst: User
) -> None:
    client.force_login(analyst)
    url = reverse("imaging:check_quality", args=[stored.pk])
    answer = client.post(url, {"verdict": "repeat_asked", "score": "2", "remarks": ""})
    assert answer.status_code == 422
    assert answer.context["quality_form"].errors == {"remarks": ["Say why a repeat is asked for."]}
    assert 'value="2" ' in answer.content.decode()


def test_a_coordinator_sees_the_series_without_pictures_and_measurements(
    client: Client, measured: object, accepted: Series, coordinator: User
) -> None:
    text = page(client, coordinator, "series", accepted.pk)
    assert "40 × 36 × 24" in text
    assert "data-viewer" not in text
    assert "/measurements/" not in text + page(
        client, coordinator, "participant_scans", accepted.participant.number
    )


def test_a_slice_is_the_slice_of_the_scan(client: Client, accepted: Series, analyst: User) -> None:
    client.force_login(analyst)
    url = reverse("imaging:slice", args=[accepted.pk, "axial", 5])
    answer = client.get(url, {"window": "4000", "level": "2000"})
    shown = np.asarray(Image.open(io.BytesIO(answer.content)), dtype=float)
    expected = noise().voxels[:, :, 5].T * 255 / 4000
    assert answer["Content-Type"] == "image/png"
    assert shown.shape == expected.shape
    assert np.abs(shown - expected).max() < 1.5


def test_a_slice_that_the_browser_has_is_not_sent_again(
    client: Client, accepted: Series, analyst: User
) -> None:
    client.force_login(analyst)
    url = reverse("imaging:slice", args=[accepted.pk, "coronal", 3])
    first = client.get(url)
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    other = client.get(url, {"window": "9", "level": "4"}, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)


@pytest.mark.parametrize(
    ("axis", "number", "query", "status"),
    [
        ("axial", 24, {}, 404),
        ("oblique", 0, {}, 404),
        ("axial", 0, {"window": "x", "level": "1"}, 422),
        ("axial", 0, {"window": "0", "level": "1"}, 422),
        ("axial", 0, {"window": "nan", "level": "1"}, 422),
    ],
)
def test_a_slice_that_is_not_there_is_refused(
    client: Client, accepted: Series, analyst: User, axis: str, number: int,
    query: dict[str, str], status: int,
) -> None:  # fmt: skip
    client.force_login(analyst)
    url = reverse("imaging:slice", args=[accepted.pk, axis, number])
    assert client.get(url, query).status_code == status


def test_a_verdict_is_revised_from_the_page_with_a_reason(
    client: Client, stored: Series, analyst: User
) -> None:
    client.force_login(analyst)
    url = reverse("imaging:check_quality", args=[stored.pk])
    client.post(url, {"verdict": "accepted", "score": "4", "remarks": ""})
    assert "Revise the verdict" in page(client, analyst, "series", stored.pk)
    again = {"verdict": "repeat_asked", "score": "1", "remarks": "Motion."}
    answer = client.post(url, again)
    assert answer.context["quality_form"].errors == {"reason": ["This field is required."]}
    client.post(url, again | {"reason": "Seen on the coronal slices."})
    assert "Seen on the coronal slices." in page(client, analyst, "series", stored.pk)


def test_a_monitor_asks_about_a_scan_and_a_series_from_their_pages(
    client: Client, stored: Series, monitor: User, analyst: User, coordinator: User
) -> None:
    row = stored.participant
    of_scans = reverse("imaging:participant_scans", args=[row.number])
    of_series = reverse("imaging:series", args=[stored.pk])
    for address, place in (
        (of_scans, {"kind": "scan", "visit": "baseline", "name": "t2_3d"}),
        (of_series, {"kind": "series", "visit": "baseline", "name": str(stored.pk)}),
    ):
        ask = f"{reverse('queries:new', args=[row.number])}?{urlencode(place)}"
        client.force_login(coordinator)
        assert escape(ask) not in client.get(address).content.decode()
        client.force_login(monitor)
        assert escape(ask) in client.get(address).content.decode()
        opened = client.post(ask, {"text": "Motion?", "assignee": "analyst"})
        query = reverse("queries:query", args=[Query.objects.latest("pk").pk])
        assert opened["Location"] == query
        client.force_login(analyst)
        assert query in client.get(address).content.decode()
        assert f'href="{address}"' in client.get(query).content.decode()
    assert "Motion?" in page(client, analyst, "series", stored.pk)


def test_nobody_asks_about_a_series_that_is_not_there(
    client: Client, stored: Series, monitor: User
) -> None:
    client.force_login(monitor)
    new = reverse("queries:new", args=[stored.participant.number])
    for name, visit in ((stored.pk + 1, "baseline"), ("x", "baseline"), (stored.pk, "month_12")):
        place = {"kind": "series", "visit": visit, "name": name}
        assert client.get(new, place).status_code == 404


def test_an_analyst_learns_of_no_query_about_the_clinic_from_the_scans(
    client: Client, stored: Series, monitor: User, analyst: User
) -> None:
    canary = open_query(
        by=monitor, participant=stored.participant, place=of_visit("baseline"), text="Canary"
    )
    for name, key in (("participant_scans", stored.participant.number), ("series", stored.pk)):
        shown = page(client, analyst, name, key)
        assert reverse("queries:query", args=[canary.pk]) not in shown


def test_a_locked_record_takes_no_scan_and_no_question(
    client: Client, stored: Series, monitor: User, coordinator: User, data_manager: User
) -> None:
    lock_visit(by=data_manager, participant=stored.participant, visit="baseline", reason="Clean")
    scans = reverse("imaging:participant_scans", args=[stored.participant.number])
    client.force_login(monitor)
    assert "kind=scan&amp;visit=baseline" not in client.get(scans).content.decode()
    freeze(by=data_manager, participant=stored.participant, reason="Cleaning")
    client.force_login(coordinator)
    shown = client.get(scans).content.decode()
    assert f"upload/?participant={stored.participant.number}" not in shown
    assert f"{stored.participant.number} is frozen: no data are entered." in shown


def test_who_judges_a_series_sees_what_was_measured_of_it(
    stored: Series, analyst: User, coordinator: User, client: Client
) -> None:
    for user, shown in ((analyst, True), (coordinator, False)):
        client.force_login(user)
        page = client.get(f"/series/{stored.pk}/").content.decode()
        assert ("Signal by noise, measured" in page) == shown
        # The scan of a test is noise from edge to edge.
        assert ("The scan is noisy." in page) == shown
        assert ("The head reaches the edge" in page) == shown
