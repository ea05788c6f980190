"""A measurement's result as a page shows it: both nerves, figure by figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enrollment.crfs.code_lists import SEGMENTS
from imaging.models import Measurement
from imaging.picture_words import side_word

SIDES = ("left", "right")
# The measurement's words for a segment, as the forms code them.
MEASURED_SEGMENTS = {"attached": "as", "root_detachment": "rdp", "cisternal": "cp"}


@dataclass(frozen=True)
class Figure:
    """One value of one nerve; `sd` in the same unit, `at` where along the nerve."""

    label: str
    value: str
    sd: str
    unit: str
    at: str = ""


@dataclass(frozen=True)
class NerveColumn:
    """One nerve's column: its figures, or why there are none; how many sections are by hand."""

    side: str
    label: str
    status: str
    status_label: str
    reason: str
    figures: tuple[Figure, ...]
    flags: tuple[str, ...]
    contacts: tuple[Mapping[str, Any], ...]
    profile: tuple[Mapping[str, Any], ...]
    by_hand: int = 0


def nerve_columns(measurement: Measurement) -> list[NerveColumn]:
    """Left, then right; nothing while the measurement goes on."""
    nerves = (measurement.result or {}).get("nerves", {})
    return [_column(side, nerves.get(side)) for side in SIDES] if nerves else []


def _column(side: str, nerve: Mapping[str, Any] | None) -> NerveColumn:
    found = nerve or {"status": "not_done", "reason": _("Its end points were not set.")}
    words = {"measured": _("Measured"), "refused": _("Refused"), "not_done": _("Not done")}
    status, said = str(found["status"]), found.get("said", {})
    return NerveColumn(
        side=side,
        label=side_word(side),
        status=status,
        status_label=words[status],
        reason=said.get("reason") or found.get("reason") or "",
        figures=_figures(found) if status == "measured" else (),
        flags=tuple(said.get("flags") or found.get("flags", ())),
        contacts=tuple(_contact(contact) for contact in found.get("contacts", ())),
        profile=tuple(found.get("profile", ())),
        by_hand=found.get("by_hand", {}).get("sections", 0),
    )


def value_words() -> dict[str, str]:
    """What each value of a nerve is called, by its name in the document."""
    return {
        "csa_mean_mm2": _("Mean cross-sectional area"),
        "csa_min_mm2": _("Smallest cross-sectional area"),
        "csa_rez_mm2": _("Cross-sectional area at the root entry zone"),
        "volume_mm3": _("Volume"),
        "length_mm": _("Length"),
    }


def _figures(nerve: Mapping[str, Any]) -> tuple[Figure, ...]:
    at = _("at %(mm)s mm") % {"mm": _number(nerve["csa_min_at_mm"], 1)}
    words = value_words()
    return (
        _figure(nerve, words["csa_mean_mm2"], "csa_mean", "mm2", 2),
        _figure(nerve, words["csa_min_mm2"], "csa_min", "mm2", 2, at),
        _figure(nerve, words["csa_rez_mm2"], "csa_rez", "mm2", 2),
        _figure(nerve, words["volume_mm3"], "volume", "mm3", 1),
        _figure(nerve, words["length_mm"], "length", "mm", 1),
    )


def _figure(
    nerve: Mapping[str, Any], label: str, key: str, unit: str, places: int, at: str = ""
) -> Figure:
    return Figure(
        label=label,
        value=_number(nerve.get(f"{key}_{unit}"), places),
        sd=_number(nerve.get(f"{key}_sd_{unit}"), places) if f"{key}_sd_{unit}" in nerve else "",
        unit={"mm2": "mm²", "mm3": "mm³", "mm": "mm"}[unit],
        at=at,
    )


def _number(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def segment_word(segment: str) -> str:
    """A measured segment as the forms call it."""
    labels = {code.value: code.label for code in SEGMENTS}
    key = MEASURED_SEGMENTS.get(segment, segment)
    return labels.get(key, key)


def _contact(contact: Mapping[str, Any]) -> Mapping[str, Any]:
    vessels = {"artery": _("Artery"), "vein": _("Vein"), "unknown": _("Unknown vessel")}
    share = contact.get("indentation_fraction")
    return {
        **contact,
        "vessel_label": vessels.get(str(contact.get("vessel")), contact.get("vessel")),
        "segment_label": segment_word(str(contact.get("segment") or "")) or "—",
        "indentation_percent": None if share is None else 100 * share,
    }
