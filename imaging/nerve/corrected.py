"""A measured nerve of which a person outlined some sections by hand.

The other sections keep their fit, and so do the centreline and with it the length. Volume and means
move by what the areas of the outlined sections differ from the fitted ones, by the trapezoidal rule
between sections. What is stated of an outlined section is a rule, not a measurement: its edge is
taken to be right to half a voxel, evenly spread, all round at once and in all of the nerve's
outlined sections at once, since one person draws them all. See docs/adr/0021.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from imaging.told import told

from .contour import Outline, outline_of
from .errors import OutlineRefused
from .section import REZ_MM, WINDOW_MM, Profile, moved, trapezoid
from .volume import Array

CODE: Final = "corrected_by_hand"
SAME_MM: Final = 0.02
COVER: Final = 1.96
# Kept of the fit, so that a correction of a correction begins there again.
FITTED: Final = (
    "volume_mm3", "volume_sd_mm3", "volume_10mm_mm3", "volume_10mm_sd_mm3", "csa_mean_mm2",
    "csa_mean_sd_mm2", "csa_min_mm2", "csa_min_sd_mm2", "csa_min_at_mm", "csa_min_interval_mm2",
    "csa_rez_mm2", "csa_rez_sd_mm2", "volume_ends_sd_mm3", "volume_10mm_ends_sd_mm3",
    "csa_mean_ends_sd_mm2", "csa_rez_ends_sd_mm2",
)  # fmt: skip

Nerve = Mapping[str, Any]


def edge_sd_mm(spacing_mm: Array) -> float:
    """How far an edge drawn by hand is taken to be off, as a standard deviation: a voxel (of the
    same volume, as a cube) over the square root of twelve."""
    return float(np.prod(spacing_mm) ** (1 / 3) / np.sqrt(12))


def fitted(nerve: Nerve) -> dict[str, Any]:
    """The nerve as it was fitted, whatever was corrected of it since."""
    if "by_hand" not in nerve:
        return dict(nerve)
    rows = [_fitted_section(row) for row in nerve["profile"]]
    flags = nerve["flags"][:-1], nerve["flag_codes"][:-1]
    bare = {key: value for key, value in nerve.items() if key != "by_hand"}
    return bare | nerve["by_hand"]["fitted"] | {
        "profile": rows, "flags": flags[0], "flag_codes": flags[1],
    }  # fmt: skip


def _fitted_section(row: Nerve) -> dict[str, Any]:
    bare = {key: value for key, value in row.items() if key != "by_hand"}
    return bare | row.get("by_hand", {}).get("fitted", {})


def corrected(
    nerve: Nerve, outlines: Sequence[Mapping[str, Any]], spacing_mm: Array
) -> dict[str, Any]:
    """The nerve with these sections as they were outlined ({arc_mm, kind, points_mm}), and no
    other. Raises OutlineRefused."""
    base = fitted(nerve)
    edge = edge_sd_mm(np.asarray(spacing_mm, dtype=float))
    drawn = _by_section(base, outlines)
    rows = [
        _section(row, drawn[number], edge) if number in drawn else row
        for number, row in enumerate(base["profile"])
    ]
    found = {"fitted": {key: base[key] for key in FITTED if key in base}}
    told_of = {"sections": len(drawn), "edge_sd_mm": round(edge, 4), **found}
    flag = told(
        "Corrected by hand: %(n)s of %(all)s sections were outlined by a person, and the volume, "
        "the mean and the smallest area follow from them. The uncertainty of an outlined section "
        "is its perimeter times %(edge)s mm, by rule; what is said of vessels is still the fit's.",
        n=len(drawn),
        all=len(rows),
        edge=f"{edge:.2f}",
    )
    return base | _numbers(base, rows) | {
        "profile": rows,
        "by_hand": told_of,
        "flags": [*base.get("flags", ()), flag],
        "flag_codes": [*base.get("flag_codes", ()), CODE],
    }  # fmt: skip


def _by_section(base: Nerve, outlines: Sequence[Mapping[str, Any]]) -> dict[int, Outline]:
    arcs = np.array([row["arc_mm"] for row in base["profile"]])
    found: dict[int, Outline] = {}
    for given in outlines:
        number = int(np.argmin(np.abs(arcs - float(given["arc_mm"]))))
        if abs(arcs[number] - float(given["arc_mm"])) > SAME_MM:
            place = f"{float(given['arc_mm']):.2f}"
            raise OutlineRefused(told("There is no section at %(mm)s mm.", mm=place))
        if number in found:
            place = f"{arcs[number]:.2f}"
            raise OutlineRefused(told("The section at %(mm)s mm is outlined twice.", mm=place))
        found[number] = outline_of(given["kind"], np.array(given["points_mm"], dtype=float))
    if not found:
        raise OutlineRefused(told("No section is outlined."))
    return found


def _section(row: Nerve, drawn: Outline, edge_mm: float) -> dict[str, Any]:
    keys = ("area_mm2", "area_sd_mm2", "major_mm", "minor_mm")
    return {
        **row,
        "area_mm2": round(drawn.area_mm2, 4),
        "area_sd_mm2": round(edge_mm * drawn.perimeter_mm, 4),
        "major_mm": round(drawn.major_mm, 3),
        "minor_mm": round(drawn.minor_mm, 3),
        "by_hand": {"fitted": {key: row[key] for key in keys}},
    }


def _numbers(base: Nerve, rows: list[dict[str, Any]]) -> dict[str, Any]:
    arc = np.array([row["arc_mm"] for row in rows], dtype=float)
    area = np.array([row["area_mm2"] for row in rows], dtype=float)
    was = np.array([row["area_mm2"] for row in base["profile"]], dtype=float)
    hand = np.array(["by_hand" in row for row in rows])
    sd = np.where(hand, [row["area_sd_mm2"] or 0.0 for row in rows], 0.0)
    length = float(arc[-1])

    def follow(name: str, unit: str, weights: Array, places: int) -> dict[str, Any]:
        """A fitted value moved by what its sections moved, and both uncertainties together."""
        value, own = base[f"{name}_{unit}"], base.get(f"{name}_sd_{unit}") or 0.0
        return {
            f"{name}_{unit}": round(value + float(weights @ (area - was)), places),
            f"{name}_sd_{unit}": round(float(np.hypot(own, weights @ sd)), places),
        }

    whole, rez = trapezoid(arc, length), min(REZ_MM, length)
    found = follow("volume", "mm3", whole, 3)
    found |= follow("csa_mean", "mm2", whole / length, 4)
    found |= follow("csa_rez", "mm2", trapezoid(arc, rez) / rez, 4)
    if base.get("volume_10mm_mm3") is not None:
        found |= follow("volume_10mm", "mm3", trapezoid(arc, WINDOW_MM), 3)
    return found | _smallest(base, rows, hand) | _ends(arc, area)


def _smallest(base: Nerve, rows: list[dict[str, Any]], hand: Array) -> dict[str, Any]:
    """The least area: the fit's own estimate where its section was left alone and no outlined one
    is smaller; otherwise the smallest section, as it stands."""
    arcs = np.array([row["arc_mm"] for row in rows])
    at = int(np.argmin(np.abs(arcs - base["csa_min_at_mm"])))
    areas = np.array([row["area_mm2"] for row in rows])
    least = int(np.argmin(areas))
    kept = ("csa_min_mm2", "csa_min_sd_mm2", "csa_min_at_mm", "csa_min_interval_mm2")
    if not hand[at] and not (hand[least] and areas[least] < base["csa_min_mm2"]):
        return {key: base[key] for key in kept if key in base}
    row, sd = rows[least], float(rows[least]["area_sd_mm2"] or 0.0)
    low = max(row["area_mm2"] - COVER * sd, 0.0)
    return {
        "csa_min_mm2": row["area_mm2"],
        "csa_min_sd_mm2": round(sd, 4),
        "csa_min_at_mm": round(float(row["arc_mm"]), 2),
        "csa_min_interval_mm2": [round(low, 4), round(row["area_mm2"] + COVER * sd, 4)],
    }


def _ends(arc: Array, area: Array) -> dict[str, Any]:
    nothing = np.zeros((len(arc), len(arc)))
    far = moved(Profile(arc, area, nothing, nothing))
    window = far.volume_10mm_mm3
    return {
        "volume_ends_sd_mm3": round(far.volume_mm3, 3),
        "volume_10mm_ends_sd_mm3": None if window is None else round(window, 3),
        "csa_mean_ends_sd_mm2": round(far.csa_mean_mm2, 4),
        "csa_rez_ends_sd_mm2": round(far.csa_rez_mm2, 4),
    }
