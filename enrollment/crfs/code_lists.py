"""Code lists that several forms share."""

from enrollment.crfs.definition import Code

YES_NO = (Code("yes", "Yes", "是"), Code("no", "No", "否"))
YES_NO_UNKNOWN = (*YES_NO, Code("unknown", "Unknown", "不详"))
SIDES = (Code("left", "Left", "左侧"), Code("right", "Right", "右侧"))
SEXES = (
    Code("female", "Female", "女"),
    Code("male", "Male", "男"),
    Code("other", "Other", "其他"),
)
VESSELS = (
    Code("aica", "AICA", "小脑前下动脉"),
    Code("pica", "PICA", "小脑后下动脉"),
    Code("va", "Vertebral artery", "椎动脉"),
    Code("vein", "Vein", "静脉"),
    Code("several", "More than one", "多支血管"),
    Code("other", "Other", "其他"),
)
SEGMENTS = (
    Code("rexp", "Root exit point", "出脑点"),
    Code("as", "Attached segment", "附着段"),
    Code("rdp", "Root detachment point", "分离点"),
    Code("cp", "Distal cisternal", "脑池远段"),
)


def grades(first: int, last: int) -> tuple[Code, ...]:
    """Whole grades that are their own labels."""
    return tuple(Code(str(grade), str(grade), str(grade)) for grade in range(first, last + 1))
