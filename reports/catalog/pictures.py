"""The pictures of a case summary: what each shows, in words too."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.case.measurement import Measured
from reports.case.nerve import SIDES, Nerve
from reports.catalog.amounts import amount, number
from reports.catalog.profile_plot import PlotWords, draw_profiles
from reports.catalog.tables import side_label

PROFILE = "picture:profile.svg"
WIDE = ("mpr.png", "cpr_straightened.png")


@dataclass(frozen=True)
class Shown:
    """One picture: its place in the document, and what it shows for those who cannot see it."""

    url: str
    label: str
    alt: str


@dataclass(frozen=True)
class Row:
    """One kind of picture, of each nerve that has it. A wide one holds several panels, which are
    too small to read at half a page's width."""

    title: str
    caption: str
    shown: tuple[Shown, ...]
    wide: bool


def picture_url(stored_as: str) -> str:
    """The name by which the document asks for a kept picture."""
    return f"picture:{stored_as}"


def rows_of(found: Measured, affected: str, kept: Container[str]) -> list[Row]:
    """The pictures that there are, a row a kind, left beside right."""
    rows = []
    for name, (title, caption) in _kinds().items():
        shown = []
        for side in SIDES:
            picture = found.picture(side, name)
            if picture is None or picture.stored_as not in kept:
                continue
            label = side_label(side, affected)
            alt = f"{title}. {label}. {_numbers(found.nerve(side))}"
            shown.append(Shown(picture_url(picture.stored_as), label, alt))
        if shown:
            rows.append(Row(title, caption, tuple(shown), name in WIDE))
    return rows


def _kinds() -> dict[str, tuple[str, str]]:
    return {
        "mpr.png": (
            _("Multiplanar reconstruction"),
            _(
                "The body's three planes and three of the nerve, "
                "through the point that the picture names."
            ),
        ),
        "cpr_straightened.png": (
            _("Straightened curved planar reconstruction"),
            _("The nerve drawn out straight, brainstem end first."),
        ),
        "cpr_stretched.png": (
            _("Stretched curved planar reconstruction"),
            _("The nerve's course in one plane, lengths kept."),
        ),
        "endoscopy.png": (
            _("Virtual endoscopy"),
            _("View into the cistern, drawn from the fitted nerve and vessels."),
        ),
    }


def _numbers(nerve: Nerve | None) -> str:
    if nerve is None or not nerve.measured:
        return ""
    return _("Mean CSA %(mean)s mm², minimum %(low)s mm² at %(at)s mm.") % {
        "mean": amount(nerve.csa_mean_mm2, 2),
        "low": amount(nerve.csa_min_mm2, 2),
        "at": number(nerve.csa_min_at_mm, 1),
    }


def profile_of(found: Measured, affected: str) -> tuple[Shown, bytes] | None:
    """The areas along both nerves on one plot; None where neither was measured."""
    nerves = {side: nerve for side in SIDES if (nerve := found.nerve(side)) and nerve.profile}
    if not nerves:
        return None
    labels = {side: side_label(side, affected) for side in SIDES}
    words = PlotWords(_("Distance from the brainstem end, mm"), _("CSA, mm²"), labels)
    said = " ".join(f"{labels[side]}: {_numbers(found.nerve(side))}" for side in nerves)
    # Outside the f-string, where xgettext finds it.
    title = _("Cross-sectional area along the nerve.")
    alt = f"{title} {said}"
    return Shown(PROFILE, "", alt), draw_profiles(nerves, words)
