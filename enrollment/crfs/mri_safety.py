"""MRI safety; answers criteria E4 and E5."""

from enrollment.crfs.code_lists import YES_NO
from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Severity

_TEST = ("item", "pregnancy_test")
# Until when a test is expected where nobody says why not.
_YOUNGER_THAN_YEARS = 45

FORM = Form(
    key="mri_safety",
    version="1.0",
    title_en="MRI safety",
    title_zh="磁共振安全",
    items=(
        Item(
            "pacemaker",
            "Cardiac pacemaker",
            "心脏起搏器",
            ItemType.CODE,
            codes=YES_NO,
            critical=True,
        ),
        Item(
            "metal_implant",
            "Metal implant",
            "金属植入物",
            ItemType.CODE,
            codes=YES_NO,
            critical=True,
        ),
        Item(
            "implant_description",
            "Which implant",
            "植入物说明",
            ItemType.TEXT,
            show_if=("metal_implant", ("yes",)),
        ),
        Item("claustrophobia", "Claustrophobia", "幽闭恐惧症", ItemType.CODE, codes=YES_NO),
        Item(
            "pregnancy_test",
            "Pregnancy test",
            "妊娠试验",
            ItemType.CODE,
            codes=(
                Code("negative", "Negative", "阴性"),
                Code("positive", "Positive", "阳性"),
                Code("not_applicable", "Does not apply", "不适用"),
            ),
        ),
        Item(
            "weight_kg",
            "Weight",
            "体重",
            ItemType.DECIMAL,
            unit="kg",
            minimum=25,
            maximum=250,
            likely=(35, 150),
        ),
    ),
    checks=(
        Check(
            "test_of_a_man",
            "pregnancy_test",
            Severity.SOFT,
            ("and", ("eq", ("fact", "sex"), "male"), ("ne", _TEST, "not_applicable")),
            "A pregnancy test does not apply to a man.",
            "妊娠试验不适用于男性。",
        ),
        Check(
            "test_left_out",
            "pregnancy_test",
            Severity.SOFT,
            (
                "and",
                ("eq", ("fact", "sex"), "female"),
                ("eq", _TEST, "not_applicable"),
                (
                    "lt",
                    ("sub", ("year", ("today",)), ("fact", "year_of_birth")),
                    _YOUNGER_THAN_YEARS,
                ),
            ),
            "A pregnancy test is expected of a woman younger than 45 years.",
            "45 岁以下女性应进行妊娠试验。",
        ),
        Check(
            "pregnant",
            "pregnancy_test",
            Severity.SOFT,
            ("eq", _TEST, "positive"),
            "The test is positive: the investigator decides whether a scan is right.",
            "妊娠试验阳性：是否扫描由研究者决定。",
        ),
    ),
)
