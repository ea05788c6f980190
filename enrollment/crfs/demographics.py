"""Demographics and history. Sex, side, onset and year of birth are taken at screening and follow
from there."""

from enrollment.crfs.code_lists import SEXES, SIDES, YES_NO, YES_NO_UNKNOWN
from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Section, Severity

_ALL_SIDES = (*SIDES, Code("both", "Both", "双侧"), Code("unknown", "Not recorded", "未记录"))

FORM = Form(
    key="demographics",
    version="1.0",
    title_en="Demographics and history",
    title_zh="人口学与病史",
    sections=(
        Section("screening", "Taken at screening", "筛选时采集"),
        Section("history", "History", "病史"),
        Section("treatment", "Treatment before", "既往治疗"),
    ),
    items=(
        Item(
            "year_of_birth",
            "Year of birth",
            "出生年份",
            ItemType.INTEGER,
            section="screening",
            formula=("fact", "year_of_birth"),
        ),
        Item(
            "sex",
            "Sex",
            "性别",
            ItemType.CODE,
            codes=SEXES,
            section="screening",
            formula=("fact", "sex"),
        ),
        Item(
            "affected_side",
            "Affected side",
            "患侧",
            ItemType.CODE,
            codes=_ALL_SIDES,
            section="screening",
            formula=("fact", "affected_side"),
            critical=True,
        ),
        Item(
            "onset",
            "Onset of the spasm",
            "痉挛起病时间",
            ItemType.PARTIAL_DATE,
            section="screening",
            formula=("fact", "onset"),
            critical=True,
        ),
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
            section="history",
        ),
        Item(
            "hypertension",
            "Hypertension",
            "高血压",
            ItemType.CODE,
            codes=YES_NO_UNKNOWN,
            section="history",
        ),
        Item(
            "family_history",
            "Family history of hemifacial spasm",
            "面肌痉挛家族史",
            ItemType.CODE,
            codes=YES_NO_UNKNOWN,
            section="history",
        ),
        Item(
            "botulinum",
            "Botulinum toxin before",
            "既往肉毒毒素治疗",
            ItemType.CODE,
            codes=YES_NO,
            section="treatment",
        ),
        Item(
            "botulinum_last",
            "Last botulinum toxin",
            "末次肉毒毒素治疗日期",
            ItemType.PARTIAL_DATE,
            section="treatment",
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
            section="treatment",
        ),
        Item(
            "other_treatment",
            "Other treatment",
            "其他治疗",
            ItemType.TEXT,
            required=False,
            section="treatment",
        ),
    ),
    checks=(
        Check(
            "treated_before_onset",
            "botulinum_last",
            Severity.SOFT,
            ("before", ("item", "botulinum_last"), ("item", "onset")),
            "This lies before the onset of the spasm.",
            "该日期早于痉挛起病时间。",
        ),
    ),
)
