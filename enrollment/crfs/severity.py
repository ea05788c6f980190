"""Severity of the spasm: several instruments, of which the protocol chooses at each visit.

Item wordings may be licensed: numbers and short neutral labels stand here, and a site enters its
licensed wording. Which items make which subscale of the HFS-30 stands in the licensed copy alone:
the site writes it into the protocol file (`hfs_30_subscales`), and until then none is scored.
"""

from enrollment.crfs.code_lists import grades
from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Section, Severity
from enrollment.crfs.expression import Expression

_HOW_OFTEN = (
    Code("0", "0 never", "0 从不"),
    Code("1", "1 occasionally", "1 偶尔"),
    Code("2", "2 sometimes", "2 有时"),
    Code("3", "3 often", "3 经常"),
    Code("4", "4 always", "4 总是"),
)
_SUBSCALES = (
    ("mobility", "mobility", "活动能力"),
    ("adl", "activities of daily living", "日常生活活动"),
    ("emotion", "emotional well-being", "情绪健康"),
    ("stigma", "stigma", "病耻感"),
    ("support", "social support", "社会支持"),
    ("cognition", "cognition", "认知"),
    ("communication", "communication", "沟通"),
)
# A score stands when at least this share of its items is answered (choice).
_LEAST_SHARE = 0.8


def _least(count: int) -> int:
    return -int(-count * _LEAST_SHARE // 1)


def _items(scale: str, name: str, count: int) -> tuple[Item, ...]:
    return tuple(
        Item(
            f"{scale}_{number}",
            f"{name} item {number}",
            f"{name} 条目 {number}",
            ItemType.CODE,
            codes=_HOW_OFTEN,
            required=False,
            section=scale,
        )
        for number in range(1, count + 1)
    )


def _sum(scale: str, numbers: range) -> Expression:
    parts = (("item", f"{scale}_{number}") for number in numbers)
    return ("sum", _least(len(numbers)), *parts)


def _score(name: str, english: str, chinese: str, scale: str, formula: Expression) -> Item:
    return Item(name, english, chinese, ItemType.DECIMAL, section=scale, formula=formula)


def _subscales() -> tuple[Item, ...]:
    """Each the sum of the items that the protocol names for it."""
    return tuple(
        _score(
            f"hfs_30_{key}",
            f"HFS-30 {english}",
            f"HFS-30 {chinese}",
            "hfs_30",
            ("picked", _LEAST_SHARE, "hfs_30_", f"hfs_30_{key}"),
        )
        for key, english, chinese in _SUBSCALES
    )


def _gaps(scale: str, name: str, count: int) -> Check:
    """Where an instrument was begun and not finished."""
    given = ("count", *(("item", f"{scale}_{number}") for number in range(1, count + 1)))
    return Check(
        f"{scale}_gaps",
        f"{scale}_1",
        Severity.SOFT,
        ("lt", given, count),
        f"Not every item of the {name} is answered.",
        f"{name} 有条目未回答。",
    )


def _section(key: str, title: str, title_zh: str, count: int) -> Section:
    least = _least(count)
    return Section(
        key,
        title,
        title_zh,
        chosen=True,
        rule_en=f"The sum of {count} items, 0 to {count * 4}. With at least {least} answered, the "
        "missing ones count as the mean of the others; with fewer there is no score.",
        rule_zh=f"{count} 个条目之和，0 至 {count * 4} 分。至少回答 {least} 个条目时，缺失条目按"
        "其余条目的均值计；不足则无评分。",
    )


_SMC = ("item", "smc_grade")
_PARTS_RULE = ("No score without every part.", "任一部分缺失则无评分。")
FORM = Form(
    key="severity",
    version="1.0",
    title_en="Severity of the spasm",
    title_zh="痉挛严重程度",
    sections=(
        Section("smc", "SMC grading", "SMC 分级", chosen=True),
        Section("cohen_albert", "Cohen–Albert grading", "Cohen–Albert 分级", chosen=True),
        Section(
            "jrs",
            "Jankovic rating scale",
            "Jankovic 评定量表",
            chosen=True,
            rule_en=_PARTS_RULE[0],
            rule_zh=_PARTS_RULE[1],
        ),
        _section("hfs_7", "HFS-7", "HFS-7 生活质量", 7),
        _section("hfs_30", "HFS-30", "HFS-30 生活质量", 30),
        _section("hfs_36", "HFS-36", "HFS-36 生活质量", 36),
    ),
    items=(
        Item("assessed_on", "Assessed on", "评估日期", ItemType.DATE, critical=True),
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
            section="smc",
            critical=True,
        ),
        _score(
            "smc_score",
            "SMC as a number (1–4)",
            "SMC 数值（1–4）",
            "smc",
            (
                "if",
                ("eq", _SMC, "I"),
                1,
                ("if", ("eq", _SMC, "II"), 2, ("if", ("eq", _SMC, "III"), 3, 4)),
            ),
        ),
        Item(
            "cohen_albert",
            "Cohen–Albert grade",
            "Cohen–Albert 分级",
            ItemType.CODE,
            codes=grades(0, 4),
            section="cohen_albert",
        ),
        Item(
            "jrs_wording",
            "JRS wording",
            "JRS 版本",
            ItemType.CODE,
            codes=(
                Code("blinking", "Frequency by blinking and eye closure", "频率按瞬目与闭眼描述"),
                Code("spasms", "Frequency by spasms of the face", "频率按面部痉挛描述"),
            ),
            section="jrs",
            formula=("fact", "jrs_wording"),
        ),
        Item(
            "jrs_severity",
            "JRS severity",
            "JRS 严重度",
            ItemType.CODE,
            codes=grades(0, 4),
            section="jrs",
        ),
        Item(
            "jrs_frequency",
            "JRS frequency",
            "JRS 频率",
            ItemType.CODE,
            codes=grades(0, 4),
            section="jrs",
        ),
        _score(
            "jrs_total",
            "JRS severity and frequency (0–8)",
            "JRS 严重度与频率之和（0–8）",
            "jrs",
            ("add", ("item", "jrs_severity"), ("item", "jrs_frequency")),
        ),
        *_items("hfs_7", "HFS-7", 7),
        _score(
            "hfs_7_total",
            "HFS-7 total (0–28)",
            "HFS-7 总分（0–28）",
            "hfs_7",
            _sum("hfs_7", range(1, 8)),
        ),
        *_items("hfs_30", "HFS-30", 30),
        *_subscales(),
        _score(
            "hfs_30_total",
            "HFS-30 total (0–120)",
            "HFS-30 总分（0–120）",
            "hfs_30",
            _sum("hfs_30", range(1, 31)),
        ),
        *_items("hfs_36", "HFS-36", 36),
        _score(
            "hfs_36_total",
            "HFS-36 total (0–144)",
            "HFS-36 总分（0–144）",
            "hfs_36",
            _sum("hfs_36", range(1, 37)),
        ),
    ),
    checks=(
        Check(
            "jrs_one_part",
            "jrs_frequency",
            Severity.SOFT,
            (
                "or",
                (
                    "and",
                    ("eq", ("item", "jrs_severity"), "0"),
                    ("ne", ("item", "jrs_frequency"), "0"),
                ),
                (
                    "and",
                    ("ne", ("item", "jrs_severity"), "0"),
                    ("eq", ("item", "jrs_frequency"), "0"),
                ),
            ),
            "One part of the scale is 0 and the other is not.",
            "量表的一部分为 0 而另一部分不为 0。",
        ),
        Check(
            "before_screening",
            "assessed_on",
            Severity.SOFT,
            ("before", ("item", "assessed_on"), ("fact", "screened_on")),
            "This lies before the screening date.",
            "该日期早于筛选日期。",
        ),
        _gaps("hfs_7", "HFS-7", 7),
        _gaps("hfs_30", "HFS-30", 30),
        _gaps("hfs_36", "HFS-36", 36),
    ),
)
