"""The study's document says what its kept numbers say, and names what is missed."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from tests.bench import registration, suggested
from tests.bench import study as made
from tests.bench.runs import code_digest
from tests.bench.study import DOCUMENT, FOLDER, KEPT, Study, atrophy, rounded, written
from tests.bench.study_figures import figures
from tests.bench.study_tables import family, reached
from tests.bench.study_targets import targets


def kept() -> Study:
    found: Study = json.loads(KEPT.read_text())
    return found


def test_the_document_says_what_the_numbers_say() -> None:
    text = DOCUMENT.read_text()
    assert written(text, kept()) == text


def test_every_figure_of_the_document_is_drawn_from_them() -> None:
    drawn = figures(kept())
    assert {path.name for path in FOLDER.glob("*.svg")} == set(drawn)
    assert all(f"](measurement/{name})" in DOCUMENT.read_text() for name in drawn)
    assert figures(kept()) == drawn


def test_every_miss_has_its_cause() -> None:
    assert [t.quantity for t in targets(kept()) if t.reached is False and not t.cause] == []


def test_a_case_that_grows_worse_is_a_miss() -> None:
    study = deepcopy(kept())
    for row in study["family"]:
        if row["code"] == "P2":
            row["bias"] = 0.09
    by_key = {target.key: target for target in targets(study)}
    assert by_key["bias"].reached is False
    assert "**no**" in reached(study)


def test_a_refused_case_stays_in_the_table() -> None:
    study = deepcopy(kept())
    study["family"] = [study["family"][0] | {"n": 0, "refused": {"no_path": 4}}]
    for key in study["family"][0]:
        if key not in ("code", "name", "n", "refused", "kinds", "missed", "invented", "flagged",
                       "seconds"):  # fmt: skip
            study["family"][0][key] = None
    assert "4 no_path" in family(study)


def test_a_section_without_its_marks_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="0 sections named summary"):
        written("no marks here", kept())


def test_ratios_are_those_of_one_scan() -> None:
    def record(seed: int, side: str, area: float, refused: str | None = None) -> Study:
        return {"code": "X1", "seed": seed, "side": side, "area_mm2": area, "refused": refused}

    records = [record(0, "left", 0.7), record(0, "right", 1.0), record(1, "left", 0.6)]
    records += [record(1, "right", 1.2), record(2, "left", 0.1), record(2, "right", 0, "no_path")]
    assert atrophy(records)["mean"] == pytest.approx(0.6)
    assert atrophy(records)["n"] == 2
    assert atrophy([]) == {"n": 0, "mean": None, "sd": None}


def test_numbers_are_kept_to_five_digits() -> None:
    assert rounded({"a": [0.123456789, 3, "x", None]}) == {"a": [0.12346, 3, "x", None]}


def test_a_part_that_was_not_run_stays_and_is_said_to_be_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "VAR", tmp_path)
    (tmp_path / "repeats.json").write_text(json.dumps({"code": "newer", "rows": []}))
    before, found = kept(), made.gathered()
    for part in ("family", "contacts", "bench"):
        assert found[part] == before[part]
    assert found["code"] == before["code"]
    assert "repeats" in found["of_other_code"]
    assert "accuracy" not in found["of_other_code"]


def test_what_is_suggested_far_off_is_counted() -> None:
    told = {("dark", 0): {"ends_mm": [0.2, 0.4, 3.0, 0.1], "seconds": 0.5}}
    told[("dark", 1)] = {"ends_mm": [], "seconds": 0.7}
    (row,) = suggested.rows(told, 2)
    assert (row["n"], row["given"], row["far"], row["worst_mm"]) == (2, 1, 1, 3.0)


def test_an_angiogram_that_is_left_out_has_no_error() -> None:
    name = registration.names()[0]
    good = {"error_mm": 0.1, "method": "rigid", "unused": "", "seconds": 1.0}
    bad = {"error_mm": 9.0, "method": "none", "unused": "tof_unlike", "seconds": 1.0}
    (row,) = registration.rows({(name, 0): good, (name, 1): bad}, 2)
    assert (row["n"], row["left_out"], row["moved"], row["worst_mm"]) == (2, 1, 1, 0.1)


def test_a_measurement_that_takes_longer_is_a_miss() -> None:
    study = deepcopy(kept())
    sizes, what = (0.5, 0.4), ("one nerve", "both nerves")
    study["clock"] = [{"voxel_mm": mm, "what": w, "seconds": 0.2} for mm in sizes for w in what]
    assert {t.key: t.reached for t in targets(study)}["time"] is True
    study["clock"][0]["seconds"] = 0.3
    assert {t.key: t.reached for t in targets(study)}["time"] is False


def test_results_are_kept_by_what_they_are_made_by() -> None:
    assert code_digest(suggested.SOURCES) != code_digest() != code_digest(registration.SOURCES)
