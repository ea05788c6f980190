"""Answers as a person reads them."""

from __future__ import annotations

from django.utils.translation import override

from enrollment.answers import Difference, differences, show, shown
from enrollment.crfs.registry import form_of

SAFETY = form_of("mri_safety")


def test_a_code_is_shown_by_its_label_in_the_readers_language() -> None:
    item = SAFETY.item("pacemaker")
    with override("en"):
        assert show(item, "yes") == "Yes"
    with override("zh-hans"):
        assert show(item, "yes") == "是"
    assert show(item, None) == ""


def test_a_question_that_was_not_asked_is_not_shown() -> None:
    lines = shown(SAFETY, {"metal_implant": "no", "weight_kg": 64.0})
    assert [line.answer for line in lines] == ["", "No", "", "", "64"]
    assert lines[-1].unit == "kg"


def test_differences_are_the_answers_that_changed() -> None:
    changed = differences(SAFETY, {"weight_kg": 64.5, "pacemaker": "no"}, {"pacemaker": "yes"})
    assert changed == [
        Difference("Cardiac pacemaker", "No", "Yes"),
        Difference("Weight", "64.5", ""),
    ]
