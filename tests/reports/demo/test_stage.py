"""The demo study is told once; what its users do to it afterwards is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from enrollment.journey import State
from enrollment.models import Participant
from reports.demo import scans, stage, story
from reports.demo.people import PATIENTS
from studysite.core.errors import StudyError
from studysite.core.models import Act

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture(autouse=True)
def _no_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "simulate_all", lambda *given: {})


def test_a_story_told_leaves_people_where_their_users_took_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = stage.make_accounts()
    with monkeypatch.context() as once:
        once.setattr(stage, "_tell", lambda *given: None)
        once.setattr(stage, "_require_told", lambda *given: None)
        stage.play(PATIENTS, tmp_path, cast, print)
        stage.end()
    acts = Act.objects.count()
    parts = stage.play(PATIENTS, tmp_path, cast, print)
    stage.end()
    assert len(parts) == len(PATIENTS)
    assert set(Participant.objects.values_list("state", flat=True)) == {State.SCREENED}
    assert Act.objects.count() == acts


def test_a_story_not_told_to_its_end_is_not_taken_as_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "take_in", lambda *given: None)
    monkeypatch.setattr(stage, "_bring_scans", lambda *given: None)
    monkeypatch.setattr(stage, "_measure", lambda *given: None)
    with pytest.raises(StudyError, match="is screened, not quality_checked"):
        stage.play([PATIENTS[6]], tmp_path, stage.make_accounts(), print)
    assert not stage.is_told()
