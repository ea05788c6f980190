"""One reader's answers on one case, side by side."""

from collections.abc import Mapping
from typing import Any

from enrollment.crfs.code_lists import SEGMENTS, VESSELS, YES_NO, grades
from enrollment.crfs.definition import (
    Check,
    Code,
    Form,
    Item,
    ItemType,
    Place,
    Section,
    Severity,
)
from enrollment.crfs.expression import Expression, Record, evaluate

_GRADES = (
    Code("none", "None", "无"),
    Code("contact", "Contact", "接触"),
    Code("indentation", "Indentation", "压痕"),
    Code("deviation", "Deviation", "移位"),
)


def _side(side: str, en: str, zh: str) -> tuple[Item, ...]:
    touched = (f"{side}_contact", ("yes",))

    def item(
        name: str, question_en: str, question_zh: str, codes: tuple[Code, ...], *, always: bool
    ) -> Item:
        return Item(
            f"{side}_{name}",
            f"{en}: {question_en}",
            f"{zh}：{question_zh}",
            ItemType.CODE,
            codes=codes,
            show_if=None if always else touched,
            section=side,
        )

    return (
        item("contact", "vessel in contact", "血管接触", YES_NO, always=True),
        item("perpendicular", "crosses perpendicularly", "垂直跨越", YES_NO, always=False),
        item("deviation", "nerve deviated at the REZ", "REZ 神经移位", YES_NO, always=False),
        item("indentation", "nerve indented at the REZ", "REZ 神经压痕", YES_NO, always=False),
        item("segment", "segment", "节段", SEGMENTS, always=False),
        item("vessel", "vessel", "血管", VESSELS, always=False),
        item("grade", "grade", "分级", _GRADES, always=False),
        item("nvc", "neurovascular compression", "神经血管压迫", YES_NO, always=True),
        item("confidence", "confidence", "诊断信心", grades(1, 5), always=True),
    )


def _criteria(side: str) -> Expression:
    """Perpendicular crossing, and the nerve deviated or indented at the root entry/exit zone."""

    def yes(name: str) -> Expression:
        return ("eq", ("item", f"{side}_{name}"), "yes")

    return (
        "and",
        yes("contact"),
        yes("perpendicular"),
        ("or", yes("deviation"), yes("indentation")),
    )


def _departs(side: str) -> Expression:
    return ("ne", ("item", f"{side}_nvc"), ("if", _criteria(side), "yes", "no"))


def _departure(side: str, sentence_en: str, sentence_zh: str) -> Check:
    untold = ("not", ("given", ("item", "departure_reason")))
    when = ("and", _departs(side), untold)
    key = f"{side}_departure"
    return Check(key, "departure_reason", Severity.HARD, when, sentence_en, sentence_zh)


FORM = Form(
    key="neurovascular_read",
    version="1.0",
    title_en="Neurovascular read",
    title_zh="神经血管阅片",
    place=Place.READ,
    sections=(
        Section("left", "Left side", "左侧"),
        Section("right", "Right side", "右侧"),
    ),
    items=(
        *_side("left", "Left", "左侧"),
        *_side("right", "Right", "右侧"),
        Item(
            "departure_reason",
            "Reason where the answer departs from the criteria",
            "偏离判定标准的理由",
            ItemType.TEXT,
            required=False,
        ),
    ),
    checks=(
        _departure(
            "left",
            "The answer on the left side departs from the criteria; say why.",
            "左侧的结论偏离判定标准，请说明理由。",
        ),
        _departure(
            "right",
            "The answer on the right side departs from the criteria; say why.",
            "右侧的结论偏离判定标准，请说明理由。",
        ),
    ),
)


def nvc_by_criteria(answers: Mapping[str, Any], side: str) -> str:
    """What the criteria give for one side; what was not answered speaks against."""
    return "yes" if evaluate(_criteria(side), answers, Record()) is True else "no"


def departures(answers: Mapping[str, Any]) -> list[str]:
    """The sides on which a reader's answer is not what the criteria give."""
    return [
        side
        for side in ("left", "right")
        if answers.get(f"{side}_nvc") != nvc_by_criteria(answers, side)
    ]
