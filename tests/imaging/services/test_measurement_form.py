"""The measurement's form says what the measurement came to."""

from __future__ import annotations

from types import SimpleNamespace

from enrollment.crfs.checking import find
from enrollment.crfs.registry import form_of
from imaging.services.measurement_form import answers_of


def test_a_measurement_fills_its_form() -> None:
    measured = {
        "status": "measured", "reason": None, "length_mm": 15.2, "volume_mm3": 17.3,
        "volume_sd_mm3": 0.3, "csa_mean_mm2": 1.14, "csa_mean_sd_mm2": 0.02, "csa_min_mm2": 0.81,
        "csa_min_sd_mm2": 0.05, "csa_min_at_mm": 3.4, "csa_rez_mm2": 1.02, "profile": [],
    }  # fmt: skip
    refused = {"status": "refused", "reason": "CN VIII cannot be told apart."}
    row = SimpleNamespace(
        by="Zhao Min", version=2, reason="The click was off.", corrects_id=None,
        result={"software": {"version": "0.1.0"}, "nerves": {"left": measured, "right": refused}},
    )  # fmt: skip
    answers = answers_of(row)  # type: ignore[arg-type]
    assert find(form_of("nerve_measurement"), answers, complete=True) == []
    assert (answers["left_csa_min_mm2"], answers["left_csa_min_at_mm"]) == (0.81, 3.4)
    assert (answers["right_status"], answers["right_reason"]) == ("refused", refused["reason"])
    assert "right_volume_mm3" not in answers
    assert (answers["placed_by"], answers["measurement_version"]) == ("Zhao Min", 2)
