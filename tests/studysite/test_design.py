"""docs/design.md says what the stylesheets do, and both keep to the rules of the house."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.db.models import TextChoices
from django.template import engines
from django.utils.translation import override

from enrollment.journey import State
from enrollment.models.forms import EntryState
from enrollment.models.visits import ScanState
from imaging.models.intake import HeldState, IntakeState
from imaging.models.measurement import MeasurementState
from imaging.models.series import SeriesState
from reports.models.document import DocumentState
from studysite.core.models import JobState
from tests.studysite.states import ROOT, StateWord, states

CSS = ROOT / "studysite" / "static" / "css"
STYLESHEETS = sorted(CSS.glob("*.css"))
TEMPLATES = sorted(
    path
    for app in ("studysite", "enrollment", "imaging")
    for path in (ROOT / app / "templates").rglob("*.html")
)
TOKENS = dict(
    re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (CSS / "tokens.css").read_text(encoding="utf-8"))
)
CONTRASTS = re.findall(
    r"^\| ([^|]+) \| `--([\w-]+)` \| `--([\w-]+)` \| ([\d.]+) \| ([\d.]+) \|$",
    (ROOT / "docs" / "design.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def test_black_on_white_has_the_contrast_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_an_absent_value_is_an_em_dash() -> None:
    found = [
        path.name
        for path in TEMPLATES
        if re.search(r'default(_if_none)?:"–"|>–<|%}–{%', path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_the_page_on_design_names_the_contrasts() -> None:
    assert len(CONTRASTS) >= 25


@pytest.mark.parametrize(("what", "front", "behind", "said", "least"), CONTRASTS)
def test_a_contrast_is_as_documented_and_enough(
    what: str, front: str, behind: str, said: str, least: str
) -> None:
    ratio = contrast(TOKENS[front], TOKENS[behind])
    assert ratio >= float(least), what
    assert ratio == pytest.approx(float(said), abs=0.051), what


def test_every_tone_of_a_state_has_its_contrast_documented() -> None:
    css = (CSS / "states.css").read_text(encoding="utf-8")
    tones = set(re.findall(r"--tone: var\(--(\w+)\);\s+--ground: var\(--([\w-]+)\)", css))
    assert len(tones) == 7
    assert tones <= {(front, behind) for _, front, behind, _, _ in CONTRASTS}


@pytest.mark.parametrize(
    "sheet",
    [path for path in STYLESHEETS if path.name != "tokens.css"],
    ids=lambda path: path.name,
)
def test_only_the_tokens_name_colours(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", text) == []


@pytest.mark.parametrize("sheet", STYLESHEETS, ids=lambda path: path.name)
def test_every_token_that_is_used_exists(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    defined = set(re.findall(r"^\s*--([\w-]+):", text, re.MULTILINE))
    defined |= set(re.findall(r"^\s*--([\w-]+):", (CSS / "tokens.css").read_text(), re.MULTILINE))
    assert set(re.findall(r"var\(--([\w-]+)", text)) <= defined


def test_no_stylesheet_draws_with_data_images() -> None:
    static = ROOT / "studysite" / "static"
    found = [path.name for path in static.rglob("*.css") if "data:" in path.read_text("utf-8")]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on|data:image", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_parses(path: Path) -> None:
    engines["django"].from_string(path.read_text(encoding="utf-8"))


SHAPES = {
    "dot": "Under way",
    "tick": "As it should be",
    "hourglass": "Waits for somebody",
    "diamond": "Not known",
    "triangle": "Asks for an act",
    "cross": "Cannot go on",
    "bar": "Out of the study",
    "square": "Nobody changes it",
}


def shapes() -> dict[str, str]:
    """Each state that states.css names, with the shape of its group."""
    parts = re.split(r"/\* ", (CSS / "states.css").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for shape, title in SHAPES.items():
        group = next(part for part in parts if part.startswith(title))
        found |= dict.fromkeys(re.findall(r'data-state="(\w+)"', group), shape)
    return found


@pytest.mark.parametrize("state", states(), ids=lambda state: f"{state.group} {state.word}")
def test_a_state_has_the_shape_that_is_documented(state: StateWord) -> None:
    assert shapes().get(state.word, "ring") == state.shape


CHOICES = {
    "Participant": State,
    "Expected scan": ScanState,
    "Intake": IntakeState,
    "Held files": HeldState,
    "Series": SeriesState,
    "Measurement": MeasurementState,
    "Form": EntryState,
    "Document": DocumentState,
    "Job": JobState,
}


@pytest.mark.parametrize(("group", "choices"), CHOICES.items(), ids=list(CHOICES))
def test_the_words_are_those_of_the_code(group: str, choices: type[TextChoices]) -> None:
    documented = {state.word: state.english for state in states() if state.group == group}
    with override("en"):
        assert documented == {value: str(label) for value, label in choices.choices}


@pytest.mark.parametrize(("group", "choices"), CHOICES.items(), ids=list(CHOICES))
def test_the_chinese_words_are_those_of_the_catalogue(
    group: str, choices: type[TextChoices]
) -> None:
    documented = {state.word: state.chinese for state in states() if state.group == group}
    with override("zh-hans"):
        assert documented == {value: str(label) for value, label in choices.choices}


def test_one_word_never_has_two_shapes() -> None:
    by_word = sorted((state.word, state.shape) for state in states())
    assert all(one[1] == two[1] for one, two in pairwise(by_word) if one[0] == two[0])
