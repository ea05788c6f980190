"""Demographics and history. Sex, side, onset and year of birth are taken at screening."""

from enrollment.crfs.definition import YES_NO, YES_NO_UNKNOWN, Code, Form, Item, ItemType

FORM = Form(
    key="demographics",
    version="1.0",
    title_en="Demographics and history",
    title_zh="人口学与病史",
    items=(
        Item(
            "handedness",
            "Handedness",
            "利手",
            ItemType.CODE,
            codes=(
                Code("right", "Right", "右利手"),
                Code("left", "Left", "左利手"),
                Code("both", "Both", "双利手"),
            ),
        ),
        Item("hypertension", "Hypertension", "高血压", ItemType.CODE, codes=YES_NO_UNKNOWN),
        Item(
            "family_history",
            "Family history of hemifacial spasm",
            "面肌痉挛家族史",
            ItemType.CODE,
            codes=YES_NO_UNKNOWN,
        ),
        Item(
            "botulinum",
            "Botulinum toxin before",
            "既往肉毒毒素治疗",
            ItemType.CODE,
            codes=YES_NO,
        ),
        Item(
            "botulinum_last",
            "Last botulinum toxin",
            "末次肉毒毒素治疗日期",
            ItemType.PARTIAL_DATE,
            show_if=("botulinum", ("yes",)),
            help_en="Year, year and month, or full date",
            help_zh="年、年-月或完整日期",
        ),
        Item(
            "carbamazepine",
            "Carbamazepine before",
            "既往卡马西平治疗",
            ItemType.CODE,
            codes=YES_NO,
        ),
        Item(
            "other_treatment",
            "Other treatment",
            "其他治疗",
            ItemType.TEXT,
            required=False,
        ),
    ),
)
