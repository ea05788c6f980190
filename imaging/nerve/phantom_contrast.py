"""How bright each tissue is in each kind of scan, with cerebrospinal fluid at 1000 in T2."""

from __future__ import annotations

from imaging.nerve.phantom_settings import Settings

CISTERNOGRAPHY = {
    "fluid": 1000.0, "brainstem": 330.0, "cerebellum": 380.0, "brain": 400.0, "artery": 150.0,
    "vein": 260.0, "bone": 90.0, "marrow": 210.0, "scalp": 480.0, "labyrinth": 960.0, "air": 12.0,
    "tumour": 430.0,
}  # fmt: skip
T1 = {
    "fluid": 260.0, "brainstem": 780.0, "cerebellum": 700.0, "brain": 720.0, "artery": 130.0,
    "vein": 330.0, "bone": 110.0, "marrow": 640.0, "scalp": 1300.0, "labyrinth": 300.0, "air": 12.0,
    "tumour": 690.0,
}  # fmt: skip
TOF = {
    "fluid": 170.0, "nerve": 330.0, "brainstem": 410.0, "cerebellum": 430.0, "brain": 430.0,
    "artery": 1400.0, "vein": 300.0, "bone": 80.0, "marrow": 250.0, "scalp": 520.0,
    "labyrinth": 180.0, "air": 12.0,
    "tumour": 420.0,
}  # fmt: skip
TOF_SNR = 20.0


def intensities(settings: Settings) -> dict[str, float]:
    """Tissue to intensity; the nerve differs from fluid by `contrast` of the brighter of both."""
    if settings.polarity == "dark":
        nerve = CISTERNOGRAPHY["fluid"] * (1 - settings.contrast)
        return {**CISTERNOGRAPHY, "nerve": nerve}
    return {**T1, "nerve": T1["fluid"] / (1 - settings.contrast)}


def noise_sd(settings: Settings, table: dict[str, float]) -> float:
    """SD in one channel: the brighter of fluid and nerve over the SNR; 0 without noise."""
    brighter = max(table["fluid"], table["nerve"])
    return 0.0 if settings.snr is None else brighter / settings.snr
