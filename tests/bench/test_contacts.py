"""The contact study: its ROC areas, its bounds, and that a fit blind to vessels breaks them."""

from __future__ import annotations

import pytest

from tests.bench import contacts
from tests.bench.contacts import NO_CONTACT_MM, Result, misses, name_of, quick, roc_area, table


def test_roc_areas_are_those_of_the_book() -> None:
    assert roc_area([3, 4], [1, 2]) == 1.0
    assert roc_area([1, 2], [3, 4]) == 0.0
    assert roc_area([1, 1], [1, 1]) == 0.5
    assert roc_area([1, 3], [2]) == 0.5


def test_touching_is_told_from_three_tenths_of_a_millimetre() -> None:
    rows = quick()
    assert misses(rows) == []
    assert [row["called"] for row in rows] == [1.0, 0.0]
    fused = [row["raw_called"] for row in rows]
    assert fused[0] == 1.0
    assert fused[1] > 0  # the raw surface shows contact where there is none


def test_a_fit_that_finds_no_vessel_breaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.nerve.measure.contacts_of", lambda *_: ((), ()))
    monkeypatch.setattr(contacts, "QUICK_SEEDS", 1)
    (broken,) = misses(quick())
    assert broken == "At 0.3 mm a contact is told with an ROC area of only 0.50."


def test_a_row_counts_what_was_missed_refused_and_called() -> None:
    def result(**values: object) -> Result:
        return {"fuses_at": 0.6, "gap_sd_mm": 0.01, **values}

    results = {
        (name_of(0.5, 0.0), 0): result(gap_mm=0.02),
        (name_of(0.5, 0.2), 0): result(gap_mm=0.21, fuses_at=0.4),
        (name_of(0.5, 0.2), 1): result(gap_mm=NO_CONTACT_MM),
        (name_of(0.5, 0.2), 2): result(refused="no_path"),
    }
    touching, apart = table(results, (0.5,))
    assert (touching["called"], touching["raw_called"]) == (1.0, 1.0)
    assert (apart["n"], apart["refused"], apart["missed"]) == (2, 1, 1)
    assert apart["gap_bias_mm"] == pytest.approx(0.01)
    assert apart["roc"] == 1.0
    assert apart["raw_roc"] == pytest.approx((1 + 0.5 + 0.5) / 3)
