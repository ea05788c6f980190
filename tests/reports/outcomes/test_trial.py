"""A simulated trial of 60 goes through the system; its report recovers the truth within its own
intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enrollment.models import Participant
from enrollment.protocol.loader import current
from imaging.models import Series
from reports.outcomes.document import as_json, document_of
from reports.outcomes.filters import Filters
from reports.outcomes.gather import rows_of
from reports.services.locking import lock_study
from studysite.core.command import REFUSED
from tests.reports import factory, trial
from tests.reports.trial_scans import Scanner
from tests.reports.trial_truth import covers, recovered

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
TRUTH = trial.Truth()


def test_the_report_recovers_the_truth(cast: factory.Cast, tmp_path: Path) -> None:
    """One play, for it takes its time: accuracy of each arm, the sides' ratio, size and severity;
    the shell gives the same; locking brings the arms out."""
    trial.play(cast, TRUTH)
    blind = document_of(Participant.objects.all(), Filters())
    assert blind["groups"] == ["all"]
    lock_study(by=cast.data_manager, reason="Data are clean.")
    found = document_of(Participant.objects.all(), Filters())
    operated = [group["operated"]["n"] for group in found["diagnostic"]["groups"][1:]]
    assert operated == [30, 30]
    missed = [name for name, each, true in recovered(found, TRUTH) if not covers(each, true)]
    assert missed == []
    assert found["sizes"][0]["measures"][0]["pairs"]["n"] == 60
    assert found["severity"]["adjusted"]["measures"][0]["odds"]["csa_mean_mm2"]["high"] < 1
    _same_from_the_shell(tmp_path, found)
    _same_number_of_queries()
    _page_is_shown(cast)


def test_scans_of_the_trial_are_measured_by_the_system(cast: factory.Cast, tmp_path: Path) -> None:
    """One of them by way of DICOM files, intake, quality control and the measurement (`make trial`
    takes all): the report has both nerves' true areas within four times the fit's error in
    NERVE.md, 2.1 %."""
    few = trial.Truth(people=1)
    trial.play(cast, few, Scanner(tmp_path, "tof"))
    assert Series.objects.filter(measurable=True, instances_count__gt=0).count() == 1
    found = document_of(Participant.objects.all(), Filters())
    pairs = {number: (affected, other) for number, affected, other
             in found["sizes"][0]["measures"][0]["points"]}  # fmt: skip
    assert len(pairs) == 1
    for patient, number in zip(trial.patients(few), sorted(pairs), strict=True):
        true = (patient.affected_mm2, patient.unaffected_mm2)
        assert pairs[number] == pytest.approx(true, rel=0.084), patient.number
    assert found["flow"]["groups"][0]["people"]["operated"]["n"] == 1


def _same_from_the_shell(tmp_path: Path, found: dict[str, Any]) -> None:
    """To the letter of the interface, and the same bytes again."""
    numbers, paper = tmp_path / "o.json", tmp_path / "o.pdf"
    call_command("outcomes", json=numbers, pdf=paper, verbosity=0)
    assert json.loads(numbers.read_text()) == json.loads(as_json(found))
    first = numbers.read_bytes(), paper.read_bytes()
    call_command("outcomes", json=numbers, pdf=paper, verbosity=0)
    assert (numbers.read_bytes(), paper.read_bytes()) == first
    assert first[1].startswith(b"%PDF")
    with pytest.raises(Exception, match="cannot be written") as refused:
        call_command("outcomes", json=numbers / "o.json")
    assert refused.value.returncode == REFUSED  # type: ignore[attr-defined]


def _same_number_of_queries() -> None:
    """Sixty people take as many queries as two."""

    def count(people: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            rows_of(people, current())
        return len(captured)

    numbers = Participant.objects.values_list("number", flat=True)[:2]
    assert count(Participant.objects.all()) == count(
        Participant.objects.filter(number__in=list(numbers))
    )


def _page_is_shown(cast: factory.Cast) -> None:
    client = Client()
    client.force_login(cast.investigator)
    page = client.get("/outcomes/").content.decode()
    assert page.count("<svg") >= 5
    assert "(n = 60)" in page
    assert 'href="/participants/' in page
