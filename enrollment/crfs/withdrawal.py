"""The end of a participant's part: who decided, and what may stay."""

from enrollment.crfs.code_lists import YES_NO
from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Place, Severity

FORM = Form(
    key="withdrawal",
    version="1.0",
    title_en="End of participation",
    title_zh="终止参与",
    place=Place.LEAVING,
    items=(
        Item(
            "kind",
            "How",
            "方式",
            ItemType.CODE,
            codes=(
                Code("withdrawn", "Withdrawn", "已退出"),
                Code("lost", "Lost to follow-up", "失访"),
            ),
        ),
        Item("on", "Date", "日期", ItemType.DATE),
        Item(
            "decided_by",
            "Decided by",
            "决定者",
            ItemType.CODE,
            codes=(
                Code("participant", "Participant", "受试者"),
                Code("investigator", "Investigator", "研究者"),
            ),
        ),
        Item(
            "data_may_stay",
            "May the data so far stay in the study?",
            "已采集的数据可否保留在研究中？",
            ItemType.CODE,
            codes=YES_NO,
            critical=True,
            help_en="No: consent to their use is revoked, and no outcome is computed from them.",
            help_zh="否：撤回数据使用的同意，任何结局均不使用这些数据。",
        ),
        Item(
            "images_may_stay",
            "May the scans so far stay in the study?",
            "已采集的影像可否保留在研究中？",
            ItemType.CODE,
            codes=YES_NO,
            show_if=("data_may_stay", ("yes",)),
            critical=True,
        ),
        Item("reason", "Reason", "原因", ItemType.TEXT),
    ),
    checks=(
        Check(
            "before_screening",
            "on",
            Severity.HARD,
            ("before", ("item", "on"), ("fact", "screened_on")),
            "The date lies outside screening to today.",
            "日期不在筛选至今日之间。",
        ),
    ),
)
