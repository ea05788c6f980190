"""A simulated trial of 60 goes through the system; its report recovers the truth within its own
intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from scipy.stats import spearmanr

from enrollment.models import Participant
from enrollment.protocol.loader import current
from reports.outcomes.document import as_json, document_of
from reports.outcomes.filters import Filters
from reports.outcomes.gather import rows_of
from reports.services.locking import lock_study
from studysite.core.command import REFUSED
from tests.reports import factory, trial

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
TRUTH = trial.Truth()


def covers(estimate: dict[str, Any], truth: float) -> bool:
    return bool(estimate["low"] <= truth <= estimate["high"])


def consensus(truth: trial.Truth, place: int) -> tuple[float, float]:
    """Sensitivity and specificity of two readers, with a third where they differ on a side, over
    many more people of the same kind."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    for patient in trial.patients(trial.Truth(people=8000, seed=7)):
        if patient.arm != ("2d", "3d")[place]:
            continue
        first, second, third = patient.reads
        counts = first if first == second else third
        for side in ("left", "right"):
            there = patient.compressed and side == patient.side
            right[there].append((counts[side] == "yes") == there)
    return float(np.mean(right[True])), float(np.mean(right[False]))


def true_rho(truth: trial.Truth) -> float:
    many = list(trial.patients(trial.Truth(people=8000, seed=8)))
    return float(spearmanr([p.affected_mm2 for p in many], [p.grade for p in many]).statistic)


def test_the_report_recovers_the_truth(cast: factory.Cast, tmp_path: Path) -> None:
    """One play, for it takes its time: accuracy of each arm, the sides' ratio, size and severity;
    the shell gives the same; locking brings the arms out."""
    trial.play(cast, TRUTH)
    blind = document_of(Participant.objects.all(), Filters())
    assert blind["groups"] == ["all"]
    lock_study(by=cast.data_manager, reason="Data are clean.")
    found = document_of(Participant.objects.all(), Filters())
    arms = found["diagnostic"]["groups"][1:]
    assert [group["operated"]["n"] for group in arms] == [30, 30]
    for place, (group, readers) in enumerate(
        zip(arms, found["diagnostic"]["readers"][1:], strict=True)
    ):
        sensitivity, specificity = consensus(TRUTH, place)
        assert covers(group["estimates"]["sensitivity"]["exact"], sensitivity)
        assert covers(group["estimates"]["specificity"]["exact"], specificity)
        assert covers(readers["pooled"]["sensitivity"], TRUTH.sensitivity[place])
        assert covers(readers["pooled"]["specificity"], TRUTH.specificity[place])
    mean = found["sizes"][0]["measures"][0]
    assert mean["pairs"]["n"] == 60
    assert covers(mean["ratio"], TRUTH.affected_ratio)
    against = found["severity"]["correlation"][0]["rows"][0]
    assert covers(against["spearman"], true_rho(TRUTH))
    assert found["severity"]["adjusted"]["measures"][0]["odds"]["csa_mean_mm2"]["high"] < 1
    _same_from_the_shell(tmp_path, found)
    _same_number_of_queries()
    _page_is_shown(cast)


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
