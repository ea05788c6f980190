"""One reader's answers on one case, side by side."""

from enrollment.crfs.definition import SEGMENTS, VESSELS, YES_NO, Code, Form, Item, ItemType

_CONFIDENCE = tuple(Code(str(grade), str(grade), str(grade)) for grade in range(1, 6))
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
        item("confidence", "confidence", "诊断信心", _CONFIDENCE, always=True),
    )


FORM = Form(
    key="neurovascular_read",
    version="1.0",
    title_en="Neurovascular read",
    title_zh="神经血管阅片",
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
)


def nvc_by_criteria(answers: dict[str, str], side: str) -> str:
    """Perpendicular crossing, and the nerve deviated or indented at the root entry/exit zone."""
    shifted = "yes" in (answers.get(f"{side}_deviation"), answers.get(f"{side}_indentation"))
    touched = answers.get(f"{side}_contact") == "yes"
    crosses = answers.get(f"{side}_perpendicular") == "yes"
    return "yes" if touched and crosses and shifted else "no"


def departures(answers: dict[str, str]) -> list[str]:
    """The sides on which a reader's answer is not what the criteria give."""
    return [
        side
        for side in ("left", "right")
        if answers.get(f"{side}_nvc") != nvc_by_criteria(answers, side)
    ]
