"""The examination itself. The series that came of it are held to the imaging protocol on their
own."""

from enrollment.crfs.code_lists import YES_NO
from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Severity
from enrollment.crfs.expression import Expression

_DONE = ("item", "sequences")


def _lacks(*codes: str) -> Expression:
    return ("and", *(("not", ("has", _DONE, code)) for code in codes))


FORM = Form(
    key="scan",
    version="1.0",
    title_en="Scan",
    title_zh="磁共振扫描",
    items=(
        Item("scanned_on", "Date of the scan", "扫描日期", ItemType.DATE, critical=True),
        Item(
            "manufacturer",
            "Manufacturer of the scanner",
            "扫描仪厂商",
            ItemType.CODE,
            codes=(
                Code("siemens", "Siemens", "西门子"),
                Code("ge", "GE", "GE"),
                Code("philips", "Philips", "飞利浦"),
                Code("united", "United Imaging", "联影"),
                Code("other", "Other", "其他"),
            ),
        ),
        Item("model", "Model", "型号", ItemType.TEXT, required=False),
        Item(
            "field_strength_tesla",
            "Field strength",
            "场强",
            ItemType.DECIMAL,
            unit="T",
            minimum=0.2,
            maximum=10,
            likely=(1.5, 7),
        ),
        Item(
            "sequences",
            "Sequences done",
            "已完成的序列",
            ItemType.CODES,
            codes=(
                Code("ciss", "3D T2 CISS", "3D T2 CISS"),
                Code("fiesta_c", "3D T2 FIESTA-C", "3D T2 FIESTA-C"),
                Code("space", "3D T2 SPACE", "3D T2 SPACE"),
                Code("tof", "3D TOF MR angiography", "3D TOF 磁共振血管成像"),
                Code("t1", "3D T1", "3D T1"),
                Code("t1_contrast", "3D T1 with contrast", "3D T1 增强"),
            ),
        ),
        Item(
            "contrast_agent",
            "Contrast agent and dose",
            "对比剂及剂量",
            ItemType.TEXT,
            show_if=("sequences", ("t1_contrast",)),
        ),
        Item(
            "finished",
            "The examination was finished as planned",
            "检查按计划完成",
            ItemType.CODE,
            codes=YES_NO,
        ),
        Item("why_not", "Why not", "未完成原因", ItemType.TEXT, show_if=("finished", ("no",))),
        Item(
            "deviations",
            "Deviations from the imaging protocol",
            "偏离影像方案之处",
            ItemType.TEXT,
            required=False,
        ),
    ),
    checks=(
        Check(
            "no_cisternography",
            "sequences",
            Severity.SOFT,
            _lacks("ciss", "fiesta_c", "space"),
            "No 3D T2 cisternography was done, so no nerve can be measured.",
            "未完成三维 T2 脑池成像，无法测量神经。",
        ),
        Check(
            "before_enrolment",
            "scanned_on",
            Severity.SOFT,
            ("before", ("item", "scanned_on"), ("fact", "enrolled_on")),
            "This lies before the enrolment.",
            "该日期早于入组日期。",
        ),
        Check(
            "paced",
            "scanned_on",
            Severity.HARD,
            ("eq", ("other", "mri_safety", "screening", "pacemaker"), "yes"),
            "The MRI safety form says that there is a pacemaker; one of the two is wrong.",
            "磁共振安全表记录有心脏起搏器；两者必有一误。",
        ),
    ),
)
