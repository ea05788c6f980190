"""What one version of a measurement came to, both sides. Filled from the measurement itself."""

from enrollment.crfs.definition import Code, Form, Item, ItemType, Place, Section

_STATUS = (Code("measured", "Measured", "已测量"), Code("refused", "Refused", "已拒绝"))
# Name in the nerve-measurement/1 document, in words, unit.
NUMBERS = (
    ("length_mm", "length", "长度", "mm"),
    ("volume_mm3", "volume", "体积", "mm³"),
    ("volume_sd_mm3", "SD of the volume", "体积标准差", "mm³"),
    ("csa_mean_mm2", "mean cross-sectional area", "平均横截面积", "mm²"),
    ("csa_mean_sd_mm2", "SD of the mean area", "平均横截面积标准差", "mm²"),
    ("csa_min_mm2", "least cross-sectional area", "最小横截面积", "mm²"),
    ("csa_min_sd_mm2", "SD of the least area", "最小横截面积标准差", "mm²"),
    ("csa_min_at_mm", "distance of the least area from the brainstem end", "最小处距脑干端", "mm"),
    ("csa_rez_mm2", "area at the REZ", "REZ 处横截面积", "mm²"),
)


def _side(side: str, en: str, zh: str) -> tuple[Item, ...]:
    status = f"{side}_status"
    numbers = tuple(
        Item(
            f"{side}_{name}",
            f"{en}: {english}",
            f"{zh}：{chinese}",
            ItemType.DECIMAL,
            unit=unit,
            minimum=0,
            required=False,
            show_if=(status, ("measured",)),
            section=side,
        )
        for name, english, chinese, unit in NUMBERS
    )
    told = (
        f"{side}_reason",
        f"{en}: why it was refused",
        f"{zh}：拒绝原因",
        ItemType.TEXT,
    )
    return (
        Item(
            status,
            f"{en}: measurement",
            f"{zh}：测量",
            ItemType.CODE,
            codes=_STATUS,
            required=False,
            section=side,
        ),
        *numbers,
        Item(*told, required=False, show_if=(status, ("refused",)), section=side),
    )


FORM = Form(
    key="nerve_measurement",
    version="1.0",
    title_en="Nerve measurement",
    title_zh="神经测量",
    place=Place.MEASUREMENT,
    sections=(
        Section("left", "Left nerve", "左侧神经"),
        Section("right", "Right nerve", "右侧神经"),
    ),
    items=(
        Item("placed_by", "End points placed by", "端点放置者", ItemType.TEXT),
        Item("measurement_version", "Version of the measurement", "测量版本", ItemType.INTEGER),
        Item("software_version", "Version of the software", "软件版本", ItemType.TEXT),
        Item(
            "version_reason",
            "Why a further version",
            "新增版本的原因",
            ItemType.TEXT,
            required=False,
        ),
        *_side("left", "Left", "左侧"),
        *_side("right", "Right", "右侧"),
    ),
)
