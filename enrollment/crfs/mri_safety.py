"""MRI safety; answers criteria E4 and E5."""

from enrollment.crfs.definition import YES_NO, Code, Form, Item, ItemType

FORM = Form(
    key="mri_safety",
    version="1.0",
    title_en="MRI safety",
    title_zh="磁共振安全",
    items=(
        Item("pacemaker", "Cardiac pacemaker", "心脏起搏器", ItemType.CODE, codes=YES_NO),
        Item("metal_implant", "Metal implant", "金属植入物", ItemType.CODE, codes=YES_NO),
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
        ),
    ),
)
