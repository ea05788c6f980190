"""Keys of the protocol and codes of the way in, as words of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext as _

from enrollment.models import Visit
from enrollment.protocol.loader import current
from imaging.models import KeyImage
from imaging.outcome_words import kind_of
from imaging.picture_words import caption

register = template.Library()
register.filter("why", kind_of)
register.filter("caption", caption)


@register.filter
def sequence_label(key: str) -> str:
    """What the protocol calls a series; the key itself where a former version had it."""
    known = {scan.key: scan.label for scan in current().scans}
    return known.get(key, key)


@register.filter
def visit_label(visit: Visit) -> str:
    """What the protocol calls a visit."""
    known = {plan.key: plan.label for plan in current().visits}
    return known.get(visit.key, visit.key)


@register.filter
def technique_label(key: str) -> str:
    """A reading technique by its name."""
    names = {
        "mpr": _("Multiplanar reconstruction"),
        "cpr": _("Curved planar reconstruction"),
        "mrve": _("Virtual endoscopy"),
    }
    return names.get(key, key)


@register.filter
def words(text: str) -> list[str]:
    """A template's own list of keys."""
    return text.split()


@register.filter
def plane_label(key: str) -> str:
    """A plane through the patient by its name."""
    return {"axial": _("Axial"), "coronal": _("Coronal"), "sagittal": _("Sagittal")}[key]


@register.filter
def times(numbers: list[float]) -> str:
    """Sizes or spacings as 512 × 512 × 96."""
    return " × ".join(f"{number:g}" for number in numbers)


@register.filter
def to_places(value: float | None, places: int) -> str:
    """A number with so many decimal places, the same in every language; a dash where none is."""
    return "–" if value is None else f"{value:.{places}f}"


@register.filter
def signed(value: float | None, places: int) -> str:
    """A difference with its sign; a dash where there is none."""
    return "–" if value is None else f"{value + 0.0:+.{places}f}"


@register.filter
def percent_signed(share: float | None) -> str:
    """A share as a signed percentage."""
    return signed(None if share is None else 100 * share, 1)


@register.filter
def superscripted(unit: str) -> str:
    """mm2 as mm²."""
    return unit.replace("2", "²").replace("3", "³")


@register.filter
def states(images: Iterable[KeyImage]) -> dict[int, Any]:
    """Kept views by number, for the viewer to show them again."""
    return {image.number: image.state for image in images}


@register.filter
def as_percent(share: float | None) -> str:
    """A share in per cent, the same in every language; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f} %"
