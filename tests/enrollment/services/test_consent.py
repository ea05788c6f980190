"""Consent, by version, language and date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment.journey import State
from enrollment.models import Consent, Participant
from enrollment.protocol import loader
from enrollment.services.consent import missing_consent, record_consent, require_consent
from studysite.core.errors import Conflict, Invalid, OutOfOrder
from studysite.core.models import User
from tests.conftest import Enter, consent_to

TODAY = timezone.localdate()


def sign(row: Participant, by: User, **change: object) -> Consent:
    said = {"document_version": "1.0", "language": "en", "signed_on": TODAY}
    return record_consent(by=by, participant=row, **(said | change))  # type: ignore[arg-type]


def test_a_screened_participant_who_consents_moves_on(enter: Enter, coordinator: User) -> None:
    row = enter()
    sign(row, coordinator)
    assert row.state == State.CONSENTED
    assert require_consent(row).obtained_by == coordinator
    assert [step.state for step in row.steps.all()] == ["screened", "consented"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"document_version": "9"}, "document_version"),
        ({"language": "fr"}, "language"),
        ({"signed_on": TODAY + timedelta(days=1)}, "signed_on"),
        ({"signed_on": date(2020, 10, 31)}, "signed_on"),
    ],
)
def test_a_consent_that_cannot_be_is_refused(
    enter: Enter, coordinator: User, change: dict[str, object], field: str
) -> None:
    row = enter()
    with pytest.raises(Invalid) as refusal:
        sign(row, coordinator, **change)
    assert refusal.value.field == field
    row.refresh_from_db()
    assert row.state == State.SCREENED


def test_a_version_is_signed_once(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    with pytest.raises(Conflict):
        sign(row, coordinator)


def test_somebody_who_left_does_not_consent(enter: Enter, coordinator: User) -> None:
    with pytest.raises(OutOfOrder, match="closed"):
        sign(enter(State.WITHDRAWN), coordinator)


def test_a_new_version_asks_for_consent_again(
    enter: Enter, coordinator: User, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = enter(State.ENROLLED)
    assert missing_consent(row) is None
    content = (loader.FOLDER / "nct04645277.toml").read_text(encoding="utf-8")
    newer = '{ version = "2.0", released_on = 2021-01-01, languages = ["en", "zh-hans"] },\n]'
    amended = loader.parse(content.replace("},\n]", "},\n  " + newer, 1).encode())
    monkeypatch.setattr(loader, "versions", lambda name: {amended.version: amended})
    due = missing_consent(row)
    assert due is not None
    assert due.version == "2.0"
    with pytest.raises(OutOfOrder, match=r"not consented to version 2\.0"):
        require_consent(row)
    consent_to(row, coordinator)
    assert row.state == State.ENROLLED
    assert require_consent(row).document_version == "2.0"
