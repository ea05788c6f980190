"""Numbers for Prometheus: right, and for nobody but whoever may read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from studysite.core.audit import sealing
from studysite.core.models import Job, Site, User
from tests.conftest import Enter


def numbers(client: Client, **headers: str) -> dict[str, float]:
    """Every number, by name and labels."""
    answer = client.get("/metrics/", **headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def jobs(coordinator: User) -> None:
    now = timezone.now()
    for number, (kind, state) in enumerate(
        [("intake", "queued"), ("measure", "queued"), ("measure", "queued"), ("measure", "failed"),
         ("case_summary", "done"), ("export", "running")]
    ):  # fmt: skip
        Job.objects.create(
            kind=kind, key=str(number), target="1", state=state, requested_by=coordinator,
            finished_at=now if state in ("done", "failed") else None,
            lease_until=now - timedelta(seconds=5) if state == "running" else None,
        )  # fmt: skip
    Job.objects.filter(kind="measure").update(requested_at=now - timedelta(seconds=90))


def test_the_queue_is_counted_by_kind_and_queue(client: Client, jobs: None) -> None:
    told = numbers(client)
    assert told["study_jobs measure queued"] == told["study_queue_depth numerics"] == 2
    assert told["study_jobs measure failed"] == told["study_jobs all done"] == 1
    assert told["study_queue_depth intake"] == 1
    assert told["study_queue_depth documents"] == 0
    assert 89 < told["study_queue_age_seconds numerics"] < 120
    assert told["study_queue_age_seconds documents"] == 0
    assert told["study_jobs_overdue"] == 1


def test_the_trail_lags_until_it_is_sealed(client: Client, site: Site) -> None:
    before = numbers(client)
    assert before["study_trail_unsealed_events default"] >= 1
    sealing.seal_all()
    after = numbers(client)
    assert after["study_trail_unsealed_events default"] == 0
    assert after["study_trail_seal_lag_seconds default"] == 0


def test_there_is_nothing_about_a_participant(client: Client, enter: Enter) -> None:
    number = enter().number
    assert number not in client.get("/metrics/").content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"HTTP_X_FORWARDED_FOR": "10.0.0.7"},
        {"HTTP_X_REAL_IP": "10.0.0.7"},
    ],
)
def test_without_a_token_this_machine_alone_reads(db: None, client: Client, headers: dict) -> None:
    assert client.get("/metrics/", **headers).status_code == 404
    assert numbers(client, REMOTE_ADDR="::1")


def test_with_a_token_whoever_shows_it_reads(db: None, client: Client, settings) -> None:
    settings.METRICS_TOKEN = "a long enough token of ours"
    assert client.get("/metrics/").status_code == 404
    assert client.get("/metrics/", HTTP_AUTHORIZATION="Bearer x").status_code == 404
    shown = f"Bearer {settings.METRICS_TOKEN}"
    assert numbers(client, HTTP_AUTHORIZATION=shown, REMOTE_ADDR="10.0.0.7")
