"""What the trial asks and measures, as the registry and the protocol say it: ODM's objectives and
end points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """Something with a key, how much rests on it, and its words in both languages."""

    key: str
    level: str
    en: str
    zh: str


@dataclass(frozen=True)
class Objective(Said):
    """A question of the trial, and the end points that answer it."""

    endpoints: tuple[str, ...]


ENDPOINTS = (
    Said(
        "nvc_accuracy",
        "Primary",
        "Sensitivity and specificity of detecting neurovascular compression, by nerve side, against"
        " the surgical finding",
        "以手术所见为参照，按神经侧别计算检出神经血管压迫的灵敏度与特异度",
    ),
    Said(
        "reader_agreement",
        "Secondary",
        "Agreement between readers on neurovascular compression",
        "阅片者之间对神经血管压迫判断的一致性",
    ),
    Said(
        "csa",
        "Primary",
        "Cross-sectional area of the cisternal facial nerve: mean, least and at the root exit zone",
        "面神经脑池段横截面积：均值、最小值及出脑干区值",
    ),
    Said(
        "volume",
        "Primary",
        "Volume of the cisternal facial nerve",
        "面神经脑池段体积",
    ),
    Said(
        "severity",
        "Secondary",
        "Severity of the spasm by the scales of the protocol",
        "按方案所列量表评定的痉挛严重程度",
    ),
)
OBJECTIVES = (
    Objective(
        "detection",
        "Primary",
        "Do CPR and MRVE raise the sensitivity and specificity of detecting neurovascular "
        "compression over MPR, above all where the offending vessel is a vein?",
        "与 MPR 相比，CPR 与 MRVE 能否提高神经血管压迫检出的灵敏度与特异度，"
        "尤其当责任血管为静脉时？",
        ("nvc_accuracy", "reader_agreement"),
    ),
    Objective(
        "prediction",
        "Primary",
        "Do cross-sectional area and volume of the cisternal facial nerve predict the degree of "
        "the spasm?",
        "面神经脑池段的横截面积与体积能否预测痉挛程度？",
        ("csa", "volume", "severity"),
    ),
)
