"""The bars of the audit trail, on a short past."""

from __future__ import annotations

from pathlib import Path

from pytest_django import DjangoDbBlocker

from tests.bench.trail import measure

EVENTS = 20_000
MOST_CAPTURE_MS = 1.0
# A million events in less than 60 s.
MOST_VERIFY_S = 60.0 * EVENTS / 1_000_000


def test_capture_and_proof_are_within_their_bars(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        figures = measure(EVENTS, tmp_path)
    assert figures.findings == []
    assert 0.0 < figures.capture_ms < MOST_CAPTURE_MS
    assert figures.verify_s < MOST_VERIFY_S, str(figures)
