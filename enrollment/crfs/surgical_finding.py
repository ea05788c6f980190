"""What the surgeon saw: the reference standard where there was an operation."""

from enrollment.crfs.code_lists import SEGMENTS, SIDES, VESSELS, YES_NO
from enrollment.crfs.definition import Check, Form, Item, ItemType, Severity

_OPERATED = ("operated", ("yes",))
_COMPRESSED = ("compression", ("yes",))

FORM = Form(
    key="surgical_finding",
    version="1.0",
    title_en="Surgical finding",
    title_zh="手术所见",
    items=(
        Item(
            "operated",
            "Microvascular decompression was done",
            "已行微血管减压术",
            ItemType.CODE,
            codes=YES_NO,
            critical=True,
        ),
        Item("operated_on", "Date of operation", "手术日期", ItemType.DATE, show_if=_OPERATED),
        Item("surgeon", "Surgeon", "术者", ItemType.TEXT, show_if=_OPERATED),
        Item("side", "Operated side", "手术侧", ItemType.CODE, codes=SIDES, show_if=_OPERATED),
        Item(
            "compression",
            "Neurovascular compression seen",
            "术中见神经血管压迫",
            ItemType.CODE,
            codes=YES_NO,
            show_if=_OPERATED,
            critical=True,
        ),
        Item(
            "vessel",
            "Offending vessel",
            "责任血管",
            ItemType.CODE,
            codes=VESSELS,
            show_if=_COMPRESSED,
            critical=True,
        ),
        Item(
            "segment",
            "Segment of the nerve",
            "神经节段",
            ItemType.CODE,
            codes=SEGMENTS,
            show_if=_COMPRESSED,
        ),
        Item(
            "indentation",
            "Nerve indented",
            "神经压痕",
            ItemType.CODE,
            codes=YES_NO,
            show_if=_COMPRESSED,
        ),
    ),
    checks=(
        Check(
            "other_side",
            "side",
            Severity.SOFT,
            (
                "and",
                ("in", ("fact", "affected_side"), "left", "right"),
                ("ne", ("item", "side"), ("fact", "affected_side")),
            ),
            "This is not the affected side.",
            "手术侧与患侧不一致。",
        ),
        Check(
            "before_screening",
            "operated_on",
            Severity.SOFT,
            ("before", ("item", "operated_on"), ("fact", "screened_on")),
            "This lies before the screening date; earlier surgery keeps a person out (E3).",
            "该日期早于筛选日期；既往手术属排除标准（E3）。",
        ),
    ),
)
