"""Long runs go on where they were, and only with results of the same code."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench.runs import ENTRIES, SOURCES, Kept, imported, run


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "var" / "runs.jsonl")
    assert run(kept, [("a", 0), ("b", 0)], letters, minutes=0) == 2
    assert run(kept, [("a", 0)], letters, processes=1) == 0
    again = Kept(tmp_path / "var" / "runs.jsonl")
    assert again.results == {("a", 0): "a0"}
    again.results["a", 0] = "kept"
    assert run(again, [("a", 0), ("b", 1)], letters, processes=1) == 0
    assert again.results == {("a", 0): "kept", ("b", 1): "b1"}


def letters(name: str, seed: int) -> str:
    return f"{name}{seed}"


def test_results_of_other_code_are_not_mixed_in(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text(json.dumps({"code": "other", "name": "a", "seed": 0, "result": 1}) + "\n")
    assert Kept(path).results == {}


def test_the_digest_is_of_what_measures_and_paints() -> None:
    names = {path.name for path in imported(*(SOURCES / name for name in ENTRIES))}
    assert {"measure.py", "fit.py", "tube.py", "phantom_paint.py", "scene_head.py"} <= names
    assert "suggest.py" not in names
