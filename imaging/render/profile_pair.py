"""The cross-sectional area along one nerve in two versions of its measurement, as an SVG."""

from __future__ import annotations

import io
from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from imaging.render.canvas import Say, in_english
from imaging.render.course import NerveCourse
from imaging.render.profile import CHINESE_FAMILY, FAINT_INK, GRID, SETTINGS, SIDE_COLOURS
from imaging.told import told

LINES = (("-", 0.14), ((0, (6, 2)), 0.0))


def pair_svg(nerves: Mapping[int, NerveCourse], side: str, say: Say = in_english) -> bytes:
    """Profiles by version, the earlier one faint and dashed; the same input gives the same
    bytes."""
    out = io.BytesIO()
    as_text = {"svg.fonttype": "none", "font.family": ["DejaVu Sans", CHINESE_FAMILY]}
    with matplotlib.rc_context(SETTINGS if say is in_english else SETTINGS | as_text):
        figure = Figure(figsize=(7.6, 3.2), layout="constrained")
        FigureCanvasAgg(figure)
        _plot(figure.add_subplot(), nerves, side, say)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue().replace(CHINESE_FAMILY.encode(), b"Noto Sans CJK SC")


def _plot(axes: Axes, nerves: Mapping[int, NerveCourse], side: str, say: Say) -> None:
    newest = max(nerves)
    for version, course in sorted(nerves.items()):
        arc = course.arc_mm - course.arc_mm[0]
        colour = SIDE_COLOURS[side] if version == newest else FAINT_INK
        dashes, fill = LINES[0] if version == newest else LINES[1]
        low = np.maximum(course.area_mm2 - 2 * course.area_sd_mm2, 0)
        axes.fill_between(
            arc, low, course.area_mm2 + 2 * course.area_sd_mm2, color=colour, alpha=fill,
            linewidth=0,
        )  # fmt: skip
        label = say(told("version %(n)s", n=version))
        axes.plot(arc, course.area_mm2, color=colour, linestyle=dashes, linewidth=1.8, label=label)
    axes.set_xlim(0, max(float(c.arc_mm[-1] - c.arc_mm[0]) for c in nerves.values()))
    axes.set_ylim(0, max(float(c.area_mm2.max()) for c in nerves.values()) * 1.25)
    axes.set_xlabel(say(told("distance from the brainstem end along the nerve (mm)")))
    axes.set_ylabel(say(told("cross-sectional area (mm²)")))
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right", ncols=2, fontsize=9)
