"""Hard and soft findings, as data and as sentences; computed items."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from enrollment.crfs.checking import completed, find, sentence_of
from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Section, Severity
from enrollment.crfs.expression import Record
from enrollment.crfs.registry import form_of

FORM = Form(
    "sample",
    "1.0",
    "Sample",
    "样表",
    (
        Item("weight", "Weight", "体重", ItemType.DECIMAL, unit="kg", minimum=1, likely=(35, 150)),
        Item("height", "Height", "身高", ItemType.INTEGER, likely=(None, 210), required=False),
        Item("ratio", "Ratio", "比", ItemType.DECIMAL, formula=("div", ("item", "weight"), 2)),
        Item(
            "which", "Which", "哪些", ItemType.CODES, required=False,
            codes=(Code("a", "A", "甲"), Code("b", "B", "乙")),
        ),
        Item("note", "Note", "备注", ItemType.TEXT, show_if=("which", ("b",))),
        Item("seen", "Seen", "见", ItemType.BOOLEAN, required=False),
        Item("at", "At", "时", ItemType.DATETIME, required=False),
        Item("next_on", "Next", "下次", ItemType.DATE, required=False, coming=True),
        Item("one", "One", "一", ItemType.TEXT, required=False, section="extra"),
    ),
    sections=(Section("extra", "Extra", "附加", chosen=True),),
    checks=(
        Check(
            "light_and_tall", "height", Severity.SOFT,
            ("and", ("lt", ("item", "weight"), 50), ("gt", ("item", "height"), 190)),
            "Light for this height.", "相对身高偏轻。",
        ),
        Check(
            "a_man", "seen", Severity.HARD, ("eq", ("fact", "sex"), "male"), "No man.", "非男性。"
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "item", "code", "severity"),
    [
        ({"weight": 0.5}, "weight", "too_low", "hard"),
        ({"weight": 30}, "weight", "unlikely_outside", "soft"),
        ({"weight": 60, "height": 230}, "height", "unlikely_too_high", "soft"),
        ({"weight": 60, "which": ["c"]}, "which", "not_codes", "hard"),
        ({"weight": 60, "which": ["a", "a"]}, "which", "not_codes", "hard"),
        ({"weight": 60, "which": "a"}, "which", "not_codes", "hard"),
        ({"weight": 60, "which": ["a", "b"]}, "note", "required", "hard"),
        ({"weight": 60, "which": ["a"], "note": "x"}, "note", "not_asked", "hard"),
        ({"weight": 60, "seen": "yes"}, "seen", "not_a_tick", "hard"),
        ({"weight": 60, "at": "2024-01-01"}, "at", "not_a_moment", "hard"),
        ({"weight": 60, "at": "2024-13-01T08:00"}, "at", "not_a_moment", "hard"),
        ({"weight": 60, "at": "2999-01-01T08:00"}, "at", "future", "hard"),
        ({"weight": 60, "ratio": 31}, "ratio", "computed", "hard"),
        ({"weight": 40, "height": 200}, "height", "check.light_and_tall", "soft"),
    ],
)
def test_a_finding_names_item_code_and_severity(
    answers: dict[str, object], item: str, code: str, severity: str
) -> None:
    (finding,) = find(FORM, answers, complete=True)
    assert (finding.item, finding.code, finding.severity) == (item, code, severity)
    assert finding.sentence


def test_right_answers_of_every_kind_have_no_finding() -> None:
    answers = {
        "weight": 60, "height": 170, "ratio": 30, "which": ["a", "b"], "note": "x", "seen": False,
        "at": "2024-01-01T08:30", "next_on": "2999-01-01", "one": "1",
    }  # fmt: skip
    assert find(FORM, answers, complete=True) == []


def test_a_draft_is_spared_the_checks_across_items() -> None:
    assert find(FORM, {"weight": 40, "height": 200}, complete=False) == []


def test_what_is_known_of_the_participant_counts() -> None:
    (finding,) = find(FORM, {"weight": 60}, Record(facts={"sex": "male"}), complete=True)
    assert (finding.code, finding.hard) == ("check.a_man", True)


def test_nothing_is_concluded_from_an_answer_of_the_wrong_kind() -> None:
    found = find(FORM, {"weight": "heavy", "height": 200}, complete=True)
    assert [finding.code for finding in found] == ["not_a_number"]
    assert completed(FORM, {"weight": "heavy"}, Record()) == {"weight": "heavy"}


@pytest.mark.parametrize(
    ("answers", "english", "chinese"),
    [
        ({"weight": 30}, "This is unlikely: outside 35 to 150.", "35"),
        ({"weight": 40, "height": 200}, "Light for this height.", "相对身高偏轻。"),
    ],
)
def test_a_stored_finding_says_itself_in_the_readers_language(
    answers: dict[str, object], english: str, chinese: str
) -> None:
    stored = find(FORM, answers, complete=True)[0].stored()
    with override("en"):
        assert sentence_of(FORM, stored["code"], stored["parameters"]) == english
    with override("zh-hans"):
        said = sentence_of(FORM, stored["code"], stored["parameters"])
        assert chinese in said
        assert said != english
    assert sentence_of(FORM, "check.gone", {}) == "check.gone"


def test_what_was_entered_for_a_computed_item_does_not_count() -> None:
    assert completed(FORM, {"weight": 61, "ratio": 9}, Record()) == {"weight": 61, "ratio": 30.5}
    assert completed(FORM, {"ratio": 9}, Record()) == {}


def test_an_instrument_is_asked_only_where_the_protocol_chooses_it() -> None:
    assert "one" in {item.name for item in FORM.narrowed(("extra",)).items}
    left = FORM.narrowed(())
    assert "one" not in {item.name for item in left.items}
    assert (left.key, left.version, left.sections) == (FORM.key, FORM.version, ())


@pytest.mark.parametrize(
    ("form", "answers", "record", "code"),
    [
        (
            "mri_safety",
            {"pregnancy_test": "negative"},
            Record(facts={"sex": "male"}),
            "check.test_of_a_man",
        ),
        (
            "surgical_finding",
            {"operated": "yes", "side": "left"},
            Record(facts={"affected_side": "right"}),
            "check.other_side",
        ),
        (
            "follow_up",
            {"complications": ["none", "leak"]},
            Record(),
            "check.none_and_some",
        ),
        (
            "follow_up",
            {"seen_on": "2024-01-01"},
            Record(others={("surgical_finding", "surgery"): {"operated_on": "2024-02-01"}}),
            "check.before_surgery",
        ),
        (
            "scan",
            {"scanned_on": "2024-01-01"},
            Record(others={("mri_safety", "screening"): {"pacemaker": "yes"}}),
            "check.paced",
        ),
        ("adverse_event", {"serious": "yes"}, Record(), "check.not_reported"),
        (
            "adverse_event",
            {"outcome": "fatal", "serious": "no"},
            Record(),
            "check.fatal_is_serious",
        ),
        ("deviation", {"grade": "minor", "effect": "hold"}, Record(), "check.minor_stops"),
        ("image_quality", {"verdict": "repeat_asked"}, Record(), "check.repeat_without_remarks"),
    ],
)
def test_each_check_of_the_forms_fires(
    form: str, answers: dict[str, object], record: Record, code: str
) -> None:
    found = {finding.code for finding in find(form_of(form), answers, record, complete=True)}
    assert code in found
    assert code not in {each.code for each in find(form_of(form), {}, Record(), complete=True)}
