"""Image quality control of one series. The verdict is a person's."""

from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Place, Severity

FORM = Form(
    key="image_quality",
    version="1.0",
    title_en="Image quality control",
    title_zh="影像质量控制",
    place=Place.SERIES,
    items=(
        Item(
            "verdict",
            "Verdict",
            "结论",
            ItemType.CODE,
            codes=(
                Code("accepted", "Accept", "接受"),
                Code("repeat_asked", "Ask for a repeat", "要求重扫"),
            ),
        ),
        Item(
            "score",
            "Image quality",
            "图像质量",
            ItemType.INTEGER,
            codes=(
                Code("1", "1", "1"),
                Code("2", "2", "2"),
                Code("3", "3", "3"),
                Code("4", "4", "4"),
                Code("5", "5", "5"),
            ),
            minimum=1,
            maximum=5,
            help_en="1 not usable, 2 poor, 3 fair, 4 good, 5 excellent",
            help_zh="1 不可用，2 差，3 一般，4 良好，5 优秀",
        ),
        Item(
            "remarks",
            "Remarks",
            "备注",
            ItemType.TEXT,
            required=False,
            help_en="Needed where a repeat is asked for.",
            help_zh="要求重扫时必填。",
        ),
    ),
    checks=(
        Check(
            "repeat_without_remarks",
            "remarks",
            Severity.HARD,
            (
                "and",
                ("eq", ("item", "verdict"), "repeat_asked"),
                ("not", ("given", ("item", "remarks"))),
            ),
            "Say why a repeat is asked for.",
            "请说明要求重扫的原因。",
        ),
    ),
)
