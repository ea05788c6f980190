"""Cross-sectional area against arc length as an SVG: both sides on one plot, 2 SD bands."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from imaging.render.canvas import Say, in_english
from imaging.render.course import NerveCourse
from imaging.told import Told, told

INK, FAINT_INK, GRID = "#1c2733", "#5b6876", "#dfe4ea"
SIDE_COLOURS = {"left": "#0b6e8f", "right": "#b4551d"}
SIDE_DASHES = {"left": "-", "right": (0, (6, 2))}
KIND_INK = {"artery": "#b3261e", "vein": "#2457a6", "unknown": "#7a4b80"}
BANDS = {"left": told("left (band: ± 2 SD)"), "right": told("right (band: ± 2 SD)")}
SIDES = {"left": told("left"), "right": told("right")}
VESSELS = {"artery": told("artery"), "vein": told("vein"), "unknown": told("vessel")}
CHINESE_FAMILY = "Noto Sans CJK JP"
REZ_MM = 3.0
ROWS = 5
SETTINGS: Any = {  # matplotlib types its keys one by one
    "svg.hashsalt": "nct04645277",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "axes.edgecolor": FAINT_INK,
    "axes.labelcolor": INK,
    "xtick.color": FAINT_INK,
    "ytick.color": FAINT_INK,
    "text.color": INK,
}


def profile_svg(nerves: Mapping[str, NerveCourse], say: Say = in_english) -> bytes:
    """The profile of one or both nerves by side; the same input gives the same bytes. `say` gives
    the words; others than English stay text, in the fonts of whoever looks at them.

    Raises ValueError where there is no nerve to plot.
    """
    if not nerves:
        raise ValueError("There is no measured nerve to plot.")
    out = io.BytesIO()
    as_text = {"svg.fonttype": "none", "font.family": ["DejaVu Sans", CHINESE_FAMILY]}
    with matplotlib.rc_context(SETTINGS if say is in_english else SETTINGS | as_text):
        figure = Figure(figsize=(7.6, 3.6), layout="constrained")
        FigureCanvasAgg(figure)
        _plot(figure.add_subplot(), nerves, say)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    # Matplotlib reads the Japanese face of the collection alone; its widths are the same.
    return out.getvalue().replace(CHINESE_FAMILY.encode(), b"Noto Sans CJK SC")


def _plot(axes: Axes, nerves: Mapping[str, NerveCourse], say: Say) -> None:
    top = max(float((c.area_mm2 + 2 * c.area_sd_mm2).max()) for c in nerves.values()) * 1.3
    longest = max(float(c.arc_mm[-1] - c.arc_mm[0]) for c in nerves.values())
    axes.axvspan(0, min(REZ_MM, longest), color="#eef3f6", zorder=0)
    axes.text(0.12, top * 0.985, "REZ", va="top", fontsize=8, color=FAINT_INK)
    for side, course in nerves.items():
        _curve(axes, side, course, say)
    row = 0
    for side, course in nerves.items():
        for contact in course.contacts:
            corner = (longest, top * (0.94 - 0.065 * (row % ROWS)))
            _contact(axes, course, contact, corner, say(_words(side, contact)))
            row += 1
    axes.set_xlim(0, longest)
    axes.set_ylim(0, top)
    axes.set_xlabel(say(told("distance from the brainstem end along the nerve (mm)")))
    axes.set_ylabel(say(told("cross-sectional area (mm²)")))
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right", ncols=2, fontsize=9)


def _curve(axes: Axes, side: str, course: NerveCourse, say: Say) -> None:
    arc = course.arc_mm - course.arc_mm[0]
    colour = SIDE_COLOURS.get(side, INK)
    low = np.maximum(course.area_mm2 - 2 * course.area_sd_mm2, 0)
    high = course.area_mm2 + 2 * course.area_sd_mm2
    axes.fill_between(arc, low, high, color=colour, alpha=0.16, linewidth=0)
    label = say(BANDS[side]) if side in BANDS else side
    dashes = SIDE_DASHES.get(side, "-")
    axes.plot(arc, course.area_mm2, color=colour, linestyle=dashes, linewidth=1.8, label=label)
    row = int(np.argmin(course.area_mm2))
    axes.plot(arc[row], course.area_mm2[row], "o", color=colour, markersize=5, markerfacecolor="w")


def _words(side: str, contact: Mapping[str, Any]) -> Told:
    """Which vessel, of which side, and how far from the nerve."""
    return told(
        "%(vessel)s, %(side)s, gap %(gap)s mm",
        vessel=VESSELS.get(str(contact["vessel"]), VESSELS["unknown"]),
        side=SIDES.get(side, side),
        gap=f"{round(float(contact['gap_mm']), 2) + 0.0:.2f}",
    )


def _contact(
    axes: Axes,
    course: NerveCourse,
    contact: Mapping[str, Any],
    corner: tuple[float, float],
    words: str,
) -> None:
    """A mark over the place where a vessel comes close, down to the curve it belongs to.

    corner: the longest arc on the plot and the height of the mark; words stay inside the former.
    """
    longest, height = corner
    arc = float(contact["arc_mm"]) - float(course.arc_mm[0])
    area = float(np.interp(contact["arc_mm"], course.arc_mm, course.area_mm2))
    kind = str(contact["vessel"])
    ink = KIND_INK.get(kind, KIND_INK["unknown"])
    axes.plot([arc, arc], [area, height], color=ink, linewidth=0.9, linestyle=":")
    axes.plot(arc, height, "v", color=ink, markersize=6)
    late = arc > 0.6 * longest
    shift = -0.012 * longest if late else 0.012 * longest
    put = "right" if late else "left"
    axes.text(arc + shift, height, words, fontsize=8, va="center", ha=put, color=ink)
