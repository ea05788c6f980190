"""What stands under a picture."""

from __future__ import annotations

from django.utils.translation import gettext as _

from imaging.render.pictures import PLAIN
from imaging.services.results import Picture


def side_word(side: str) -> str:
    """The nerve by its side."""
    return {"left": _("Left nerve"), "right": _("Right nerve")}[side]


def caption(picture: Picture) -> str:
    """Which nerve, and how it is cut."""
    words = {
        "mpr.png": _("Multiplanar reconstruction through the nerve"),
        "cpr_straightened.png": _("Curved planar reconstruction, straightened"),
        "cpr_stretched.png": _("Curved planar reconstruction, stretched"),
        "endoscopy.png": _("Virtual endoscopy of the cistern"),
    }
    return f"{side_word(picture.side)} · {words[picture.name.removeprefix(PLAIN)]}"
