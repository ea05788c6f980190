"""One adverse event. A serious one that may come of the scan stops further scans until it is
settled, see `enrollment/stops.py`."""

from enrollment.crfs.code_lists import YES_NO
from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Place, Severity

_SERIOUS = ("eq", ("item", "serious"), "yes")
_SETTLED = ("resolved", "resolved_with_sequelae", "fatal")

FORM = Form(
    key="adverse_event",
    version="1.0",
    title_en="Adverse event",
    title_zh="不良事件",
    place=Place.LOG,
    repeating=True,
    items=(
        Item("event", "What happened", "事件", ItemType.TEXT),
        Item(
            "began_on",
            "Began on",
            "开始日期",
            ItemType.PARTIAL_DATE,
            help_en="Year, year and month, or full date",
            help_zh="年、年-月或完整日期",
            critical=True,
        ),
        Item(
            "grade",
            "Severity",
            "严重程度",
            ItemType.CODE,
            codes=(
                Code("mild", "Mild", "轻度"),
                Code("moderate", "Moderate", "中度"),
                Code("severe", "Severe", "重度"),
            ),
        ),
        Item(
            "serious",
            "Serious adverse event",
            "严重不良事件",
            ItemType.CODE,
            codes=YES_NO,
            critical=True,
        ),
        Item(
            "serious_because",
            "Serious because",
            "严重的理由",
            ItemType.CODES,
            codes=(
                Code("death", "Death", "死亡"),
                Code("life_threatening", "Life-threatening", "危及生命"),
                Code("hospital", "Stay in hospital, or a longer one", "住院或住院时间延长"),
                Code("disability", "Lasting disability", "永久残疾"),
                Code("birth_defect", "Birth defect", "先天缺陷"),
                Code("other", "Other medically important event", "其他重要医学事件"),
            ),
            show_if=("serious", ("yes",)),
        ),
        Item(
            "related_to_mri",
            "Comes of the MRI examination",
            "与磁共振检查的关系",
            ItemType.CODE,
            codes=(
                Code("no", "No", "无关"),
                Code("unlikely", "Unlikely", "可能无关"),
                Code("possible", "Possible", "可能有关"),
                Code("probable", "Probable", "很可能有关"),
                Code("certain", "Certain", "肯定有关"),
            ),
            critical=True,
        ),
        Item(
            "measures",
            "What was done",
            "采取的措施",
            ItemType.CODES,
            codes=(
                Code("none", "Nothing", "无"),
                Code("scan_stopped", "Scan broken off", "中止扫描"),
                Code("treated", "Treated", "治疗"),
                Code("left_study", "Participation ended", "退出研究"),
            ),
        ),
        Item(
            "outcome",
            "Outcome",
            "转归",
            ItemType.CODE,
            codes=(
                Code("resolved", "Resolved", "痊愈"),
                Code("resolved_with_sequelae", "Resolved with sequelae", "痊愈有后遗症"),
                Code("resolving", "Resolving", "好转"),
                Code("not_resolved", "Not resolved", "未好转"),
                Code("fatal", "Fatal", "死亡"),
                Code("unknown", "Unknown", "不详"),
            ),
        ),
        Item(
            "ended_on",
            "Ended on",
            "结束日期",
            ItemType.PARTIAL_DATE,
            show_if=("outcome", _SETTLED),
        ),
        Item(
            "reported_on",
            "Reported to the ethics committee on",
            "向伦理委员会报告日期",
            ItemType.DATE,
            required=False,
            show_if=("serious", ("yes",)),
        ),
        Item("follow_up", "Follow-up", "随访情况", ItemType.TEXT, required=False),
    ),
    checks=(
        Check(
            "ended_before_it_began",
            "ended_on",
            Severity.HARD,
            ("before", ("item", "ended_on"), ("item", "began_on")),
            "This lies before the beginning.",
            "结束日期早于开始日期。",
        ),
        Check(
            "fatal_is_serious",
            "serious",
            Severity.HARD,
            ("and", ("eq", ("item", "outcome"), "fatal"), ("eq", ("item", "serious"), "no")),
            "A fatal event is serious.",
            "死亡事件属于严重不良事件。",
        ),
        Check(
            "not_reported",
            "reported_on",
            Severity.SOFT,
            ("and", _SERIOUS, ("not", ("given", ("item", "reported_on")))),
            "A serious event is reported to the ethics committee.",
            "严重不良事件须向伦理委员会报告。",
        ),
    ),
)
