"""A person who settles a held scan reads words, in their language, and no code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation

from imaging import outcome_words
from imaging.outcome_words import kind_of

ROOT = Path(outcome_words.__file__).parent
SAY_A_CODE = {"DicomRefused", "Deviation", "Problem", "Waits", "_refused"}
# Only `measure_nerve` reads other formats and whole folders, and it prints the sentence alone.
OF_MEASURE_NERVE = {"dimensions", "format", "missing", "not_finite", "several_series"}
OF_A_READ = {"departure_reason"}
# Told to whoever asks for an image, or for a measurement as DICOM: nothing waits for these.
OF_THE_WAY_OUT = {
    "frames",
    "no_frame",
    "not_measured",
    "unknown_attribute",
    "viewport",
    "window",
    # Of an archive that a series is sent to.
    "gone",
    "no_dicom",
    "no_tls",
    "nonsense",
    "not_welcome",
    "unreachable",
}


def codes_of_arrivals() -> list[str]:
    """Every reason code that the way in gives, read from its source."""
    found = {
        call.args[0].value
        for folder in ("dicom", "services")
        for path in (ROOT / folder).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in SAY_A_CODE
        if len(call.args) > 1 and isinstance(call.args[0], ast.Constant)
    }
    return sorted(
        str(code) for code in found if code not in OF_MEASURE_NERVE | OF_A_READ | OF_THE_WAY_OUT
    )


def test_the_codes_are_found() -> None:
    assert {"bomb", "not_mr", "another_participant", "mixed_patients"} <= set(codes_of_arrivals())


@pytest.mark.parametrize("code", codes_of_arrivals())
def test_a_reason_code_has_words_in_both_languages(code: str) -> None:
    with translation.override("en"):
        english = kind_of(code)
    with translation.override("zh-hans"):
        chinese = kind_of(code)
    assert english != code.replace("_", " ")
    assert not chinese.isascii()
