"""Severity of the spasm. Item wordings may be licensed: short neutral labels stand here."""

from enrollment.crfs.definition import Code, Form, Item, ItemType


def _grades(last: int) -> tuple[Code, ...]:
    return tuple(Code(str(grade), str(grade), str(grade)) for grade in range(last + 1))


FORM = Form(
    key="severity",
    version="1.0",
    title_en="Severity of the spasm",
    title_zh="痉挛严重程度",
    items=(
        Item("assessed_on", "Assessed on", "评估日期", ItemType.DATE),
        Item(
            "smc_grade",
            "SMC grade",
            "SMC 分级",
            ItemType.CODE,
            codes=(
                Code("I", "I: around the eye", "I：眼周"),
                Code("II", "II: other muscle groups of the same side", "II：同侧其他肌群"),
                Code("III", "III: interferes with vision", "III：影响视物"),
                Code("IV", "IV: disfiguring asymmetry", "IV：面容不对称"),
            ),
        ),
        Item(
            "cohen_albert",
            "Cohen–Albert grade",
            "Cohen–Albert 分级",
            ItemType.CODE,
            codes=_grades(4),
        ),
        Item("jrs_severity", "JRS severity", "JRS 严重度", ItemType.CODE, codes=_grades(4)),
        Item("jrs_frequency", "JRS frequency", "JRS 频率", ItemType.CODE, codes=_grades(4)),
    ),
)
