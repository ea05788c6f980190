"""One deviation from the protocol, found by a person or by a check."""

from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Place, Severity

FORM = Form(
    key="deviation",
    version="1.0",
    title_en="Protocol deviation",
    title_zh="方案偏离",
    place=Place.LOG,
    repeating=True,
    items=(
        Item("found_on", "Found on", "发现日期", ItemType.DATE),
        Item(
            "source",
            "Found by",
            "来源",
            ItemType.CODE,
            codes=(
                Code("person", "A person", "人工发现"),
                Code("imaging_check", "Check of the imaging protocol", "影像方案检查"),
                Code("schedule", "Calendar of visits", "访视日程"),
            ),
        ),
        Item(
            "category",
            "Category",
            "类别",
            ItemType.CODE,
            codes=(
                Code("consent", "Consent", "知情同意"),
                Code("eligibility", "Eligibility", "入选标准"),
                Code("visit", "Visit left out or outside its window", "访视缺失或超窗"),
                Code("imaging", "Imaging protocol", "影像方案"),
                Code("procedure", "Other procedure", "其他操作"),
                Code("blinding", "Blinding", "设盲"),
                Code("data", "Data", "数据"),
            ),
        ),
        Item(
            "grade",
            "Grade",
            "程度",
            ItemType.CODE,
            codes=(Code("minor", "Minor", "轻微"), Code("major", "Major", "重大")),
            critical=True,
        ),
        Item("description", "What departs from the protocol", "偏离内容", ItemType.TEXT),
        Item(
            "effect",
            "What it stops",
            "影响",
            ItemType.CODE,
            codes=(
                Code("nothing", "Nothing", "无影响"),
                Code("hold", "Enrolment and scans until it is settled", "解决前暂停入组与扫描"),
                Code("left_out", "Use of the data in the main analysis", "数据不纳入主要分析"),
            ),
            critical=True,
        ),
        Item("measures", "What was done about it", "处理措施", ItemType.TEXT, required=False),
        Item("settled_on", "Settled on", "解决日期", ItemType.DATE, required=False),
    ),
    checks=(
        Check(
            "settled_before_found",
            "settled_on",
            Severity.HARD,
            ("before", ("item", "settled_on"), ("item", "found_on")),
            "This lies before it was found.",
            "解决日期早于发现日期。",
        ),
        Check(
            "minor_stops",
            "effect",
            Severity.SOFT,
            ("and", ("eq", ("item", "grade"), "minor"), ("ne", ("item", "effect"), "nothing")),
            "A minor deviation seldom stops anything.",
            "轻微偏离一般不产生影响。",
        ),
    ),
)
