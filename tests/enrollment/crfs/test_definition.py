"""Answers are checked against the definition of their form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from enrollment.crfs.checking import check
from enrollment.crfs.code_lists import YES_NO
from enrollment.crfs.definition import CODED, Form, Item, ItemType, Place
from enrollment.crfs.expression import require_known
from enrollment.crfs.neurovascular_read import FORM as READ
from enrollment.crfs.neurovascular_read import departures, nvc_by_criteria
from enrollment.crfs.registry import FORMS, form_of
from enrollment.crfs.written import digest_of
from studysite.core.errors import NotThere

FORM = Form(
    "sample",
    "1.0",
    "Sample",
    "样表",
    (
        Item("gate", "Gate", "门", ItemType.CODE, codes=YES_NO),
        Item("which", "Which", "哪个", ItemType.TEXT, show_if=("gate", ("yes",))),
        Item("count", "Count", "数", ItemType.INTEGER, minimum=1, maximum=9, required=False),
        Item("low", "Low", "下限", ItemType.DECIMAL, minimum=0, required=False),
        Item("high", "High", "上限", ItemType.DECIMAL, maximum=5, required=False),
        Item("day", "Day", "日", ItemType.DATE, required=False),
        Item("about", "About", "约", ItemType.PARTIAL_DATE, required=False),
    ),
)
TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("answers", "item", "sentence"),
    [
        ({"gate": "maybe"}, "gate", "not one of the answers"),
        ({"count": 0}, "count", "outside 1 to 9"),
        ({"count": 10}, "count", "outside 1 to 9"),
        ({"count": 1.5}, "count", "not a whole number"),
        ({"count": True}, "count", "not a whole number"),
        ({"count": "3"}, "count", "not a whole number"),
        ({"low": -0.1}, "low", "less than 0"),
        ({"high": 5.1}, "high", "more than 5"),
        ({"low": float("nan")}, "low", "not a number"),
        ({"low": float("inf")}, "low", "not a number"),
        ({"day": "2020-02"}, "day", "needs its day"),
        ({"day": "2020-02-30"}, "day", "not a date"),
        ({"day": 20200101}, "day", "written as text"),
        ({"day": TOMORROW}, "day", "lies in the future"),
        ({"about": "2999"}, "about", "lies in the future"),
        ({"gate": "no", "which": "x"}, "which", "not asked here"),
        ({"which": "x"}, "which", "not asked here"),
        ({"gate": "yes", "which": "x" * 2001}, "which", "longer than 2,000"),
        ({"nonsense": "x"}, "nonsense", "no such item"),
    ],
)
def test_a_wrong_answer_gets_one_sentence(
    answers: dict[str, object], item: str, sentence: str
) -> None:
    (problem,) = check(FORM, answers, complete=False)
    assert problem.item == item
    assert sentence in problem.sentence


@pytest.mark.parametrize(
    "answers",
    [
        {"gate": "no"},
        {"gate": "yes", "which": "clip", "count": 9, "low": 0, "high": 5.0},
        {"gate": "no", "day": timezone.localdate().isoformat(), "about": "2020"},
    ],
)
def test_right_answers_have_no_problem(answers: dict[str, object]) -> None:
    assert check(FORM, answers, complete=True) == []


def test_a_draft_may_have_gaps_and_a_submission_may_not() -> None:
    assert check(FORM, {}, complete=False) == []
    assert [problem.item for problem in check(FORM, {}, complete=True)] == ["gate"]
    asked = check(FORM, {"gate": "yes"}, complete=True)
    assert [problem.item for problem in asked] == ["which"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_each_form_has_unique_items_both_languages_and_gates_before_what_they_open(
    form: Form,
) -> None:
    names = [item.name for item in form.items]
    assert len(set(names)) == len(names)
    # Names that the page's own fields have.
    if form.place in {Place.VISIT, Place.LOG}:
        assert not {"reason", "seen_revision", "act"} & set(names)
    for place, item in enumerate(form.items):
        assert item.question_en
        assert item.question_zh
        assert bool(item.codes) >= (item.type in CODED)
        assert len({code.value for code in item.codes}) == len(item.codes)
        assert item.section in {"", *(section.key for section in form.sections)}
        require_known(item.formula)
        if item.show_if:
            gate = form.item(item.show_if[0])
            assert names.index(gate.name) < place
            assert set(item.show_if[1]) <= {code.value for code in gate.codes}
    for rule in form.checks:
        assert rule.item in names
        assert rule.sentence_en
        assert rule.sentence_zh
        require_known(rule.when)
    assert len({rule.key for rule in form.checks}) == len(form.checks)


def test_questions_are_asked_in_the_readers_language() -> None:
    with override("zh-hans"):
        assert (FORM.title, FORM.item("gate").question) == ("样表", "门")
    with override("en"):
        assert (FORM.title, FORM.item("gate").codes[0].label) == ("Sample", "Yes")


def test_a_digest_changes_with_the_definition() -> None:
    changed = Form(FORM.key, FORM.version, FORM.title_en, FORM.title_zh, FORM.items[:-1])
    assert digest_of(FORM) != digest_of(changed)


def test_there_is_no_form_of_an_unknown_key() -> None:
    with pytest.raises(NotThere):
        form_of("nonsense")


@pytest.mark.parametrize(
    ("contact", "perpendicular", "deviation", "indentation", "nvc"),
    [
        ("yes", "yes", "yes", "no", "yes"),
        ("yes", "yes", "no", "yes", "yes"),
        ("yes", "yes", "no", "no", "no"),
        ("yes", "no", "yes", "yes", "no"),
        ("no", "", "", "", "no"),
    ],
)
def test_compression_follows_from_crossing_and_a_shifted_nerve(
    contact: str, perpendicular: str, deviation: str, indentation: str, nvc: str
) -> None:
    answers = {
        "left_contact": contact,
        "left_perpendicular": perpendicular,
        "left_deviation": deviation,
        "left_indentation": indentation,
    }
    assert nvc_by_criteria(answers, "left") == nvc
    said = answers | {"left_nvc": "no" if nvc == "yes" else "yes", "right_nvc": "no"}
    assert departures(said) == ["left"]
    assert READ.item("left_nvc")
