"""The analyst's bench: what its page gives, to whom, and when it can do nothing."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.services.enrolment import withdraw
from imaging.models import Measurement, Series
from studysite.core.models import User
from tests.imaging.conftest import Measure
from tests.imaging.results import ENDS, refused, result

DATA = re.compile(r'<script id="(\w+)-data" type="application/json">(.*?)</script>', re.DOTALL)


def opened(client: Client, by: User, series: Series, **query: Any) -> tuple[str, dict[str, Any]]:
    client.force_login(by)
    answer = client.get(reverse("imaging:bench", args=[series.pk]), query)
    assert answer.status_code == 200
    text = answer.content.decode()
    return text, {name: json.loads(data) for name, data in DATA.findall(text)}


def test_before_any_measurement_the_scan_itself_is_there_to_set_points_on(
    client: Client, accepted: Series, analyst: User
) -> None:
    _text, data = opened(client, analyst, accepted)
    assert (data["bench"]["newest"], data["bench"]["ends"]) == (0, {})
    assert data["bench"]["correct"] == ""
    address = data["viewing"]["parts"]["both"]["coarse.part"]
    answer = client.get(address)
    assert answer["Content-Encoding"] == "gzip"
    head = json.loads(gzip.decompress(answer.content).split(b"\n", 1)[0])
    assert (head["acquired"], head["places"]) == ([0.5, 0.5, 0.5], {})
    assert client.get(address).content == answer.content
    assert client.get(address.replace("coarse.part", "surfaces.part")).status_code == 404


def test_a_version_is_opened_with_its_points_its_outlines_and_as_the_viewer_stood(
    client: Client, measured: Measurement, measure: Measure, analyst: User
) -> None:
    view = {"cursor": [1.0, 2.0, 3.0], "tab": "cpr", "window": {"low": 1.0, "high": 9.0}}
    Measurement.objects.filter(pk=measured.pk).update(view=view)
    measure(measured.series, reason="The canal end was too deep.")
    text, data = opened(client, analyst, measured.series, **{"from": measured.pk})
    assert data["viewing"]["view"] == view
    assert data["bench"]["ends"] == ENDS
    assert (data["bench"]["version"], data["bench"]["newest"]) == (measured.pk, 2)
    assert data["bench"]["sections"]["left"][4] == {"arc": 2.0, "area": 1.14}
    assert "Measurement version 1" in text
    _text, data = opened(client, analyst, measured.series)
    assert data["bench"]["version"] != measured.pk
    client.force_login(analyst)
    viewer = client.get(reverse("imaging:viewer", args=[measured.pk])).content.decode()
    assert dict(DATA.findall(viewer))["viewing"].count('"tab": "cpr"') == 1


def test_a_refused_measurement_is_opened_on_its_scan(
    client: Client, accepted: Series, measure: Measure, analyst: User
) -> None:
    row = measure(accepted, document=result(left=refused(), right=refused()))
    Measurement.objects.filter(pk=row.pk).update(parts={})
    text, data = opened(client, analyst, accepted)
    assert "volume.part" in data["viewing"]["parts"]["both"]
    assert "The slices are 3.0 mm thick." in text
    assert data["bench"]["correct"] == ""


def test_a_version_of_another_series_is_not_opened(
    client: Client, measured: Measurement, analyst: User
) -> None:
    client.force_login(analyst)
    other = Series.objects.exclude(pk=measured.series_id).get()
    address = reverse("imaging:bench", args=[measured.series_id])
    assert client.get(address, {"from": "99999"}).status_code == 404
    assert client.get(reverse("imaging:bench", args=[other.pk])).status_code == 404


def test_of_somebody_who_left_the_bench_says_that_nothing_is_asked_for(
    client: Client, measured: Measurement, analyst: User, investigator: User
) -> None:
    withdraw(
        by=investigator, participant=measured.series.participant, kind="withdrawn",
        on=timezone.localdate(), decided_by="participant", data_may_stay=True, reason="Moved.",
    )  # fmt: skip
    text, _data = opened(client, analyst, measured.series)
    assert "is closed (Withdrawn)" in text


@pytest.mark.parametrize("role", ["reader", "coordinator", "investigator", "monitor"])
def test_nobody_else_comes_to_the_bench(
    client: Client, measured: Measurement, role: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(role))
    assert client.get(reverse("imaging:bench", args=[measured.series_id])).status_code == 403


def test_a_reader_is_sent_no_voxels_of_a_series(
    client: Client, measured: Measurement, reader: User
) -> None:
    client.force_login(reader)
    address = reverse("imaging:series_part", args=[measured.series_id, "volume.part"])
    assert client.get(address).status_code == 403
