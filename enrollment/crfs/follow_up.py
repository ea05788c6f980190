"""How it went after surgery. The severity scales of the visit are a form of their own."""

from enrollment.crfs.code_lists import YES_NO
from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Severity

_COMPLICATIONS = ("item", "complications")

FORM = Form(
    key="follow_up",
    version="1.1",
    title_en="Follow-up after surgery",
    title_zh="术后随访",
    items=(
        Item("seen_on", "Date", "随访日期", ItemType.DATE),
        Item(
            "contact",
            "How",
            "随访方式",
            ItemType.CODE,
            codes=(
                Code("clinic", "In the clinic", "门诊"),
                Code("ward", "On the ward", "病房"),
                Code("telephone", "By telephone", "电话"),
                Code("video", "By video", "视频"),
            ),
        ),
        Item(
            "spasm",
            "Spasm against before surgery",
            "与术前相比的痉挛",
            ItemType.CODE,
            codes=(
                Code("gone", "Gone", "消失"),
                Code("much_better", "Much better", "明显改善"),
                Code("better", "Better", "改善"),
                Code("same", "The same", "无变化"),
                Code("worse", "Worse", "加重"),
            ),
            critical=True,
        ),
        Item(
            "complications",
            "Complications since the last visit",
            "自上次随访以来的并发症",
            ItemType.CODES,
            codes=(
                Code("none", "None", "无"),
                Code("facial_palsy", "Facial palsy", "面瘫"),
                Code("hearing_loss", "Hearing loss", "听力下降"),
                Code("leak", "Leak of cerebrospinal fluid", "脑脊液漏"),
                Code("infection", "Infection", "感染"),
                Code("other", "Other", "其他"),
            ),
        ),
        Item(
            "complication_description",
            "Which complication",
            "并发症说明",
            ItemType.TEXT,
            show_if=("complications", ("other",)),
        ),
        Item(
            "house_brackmann",
            "House–Brackmann grade of the facial nerve",
            "面神经 House–Brackmann 分级",
            ItemType.CODE,
            codes=tuple(Code(grade, grade, grade) for grade in ("I", "II", "III", "IV", "V", "VI")),
            show_if=("complications", ("facial_palsy",)),
        ),
        Item(
            "botulinum_since",
            "Botulinum toxin since surgery",
            "术后使用肉毒毒素",
            ItemType.CODE,
            codes=YES_NO,
        ),
        Item("operated_again", "Operated again", "再次手术", ItemType.CODE, codes=YES_NO),
    ),
    checks=(
        Check(
            "none_and_some",
            "complications",
            Severity.HARD,
            ("and", ("has", _COMPLICATIONS, "none"), ("gt", ("size", _COMPLICATIONS), 1)),
            "“None” does not go with another answer.",
            "“无”不能与其他答案同选。",
        ),
        Check(
            "before_surgery",
            "seen_on",
            Severity.SOFT,
            (
                "before",
                ("item", "seen_on"),
                ("other", "surgical_finding", "surgery", "operated_on"),
            ),
            "This lies before the operation.",
            "该日期早于手术日期。",
        ),
        Check(
            "no_surgery",
            "spasm",
            Severity.SOFT,
            ("eq", ("other", "surgical_finding", "surgery", "operated"), "no"),
            "The surgical finding says that there was no operation.",
            "手术所见记录为未手术。",
        ),
    ),
)
