"""Whether end points can be a facial nerve's, by where they lie in the patient.

The cisternal nerve runs outwards, from the brainstem to the canal of its own side. Ends that do not
are exchanged, or are the other nerve's, and would be measured without a word: the affected side for
the unaffected one, the canal for the root.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from studysite.core.errors import Invalid


def require_sideways(ends: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse ends that do not run outwards on their side. Points in LPS: x grows to the left."""
    if "left" in ends and not _x(ends, "left", "canal_mm") > _x(ends, "left", "brainstem_mm"):
        raise Invalid(
            _(
                "The left nerve runs to the patient's right: its ends are exchanged, or they are "
                "those of the right nerve."
            ),
            field="left",
        )
    if "right" in ends and not _x(ends, "right", "canal_mm") < _x(ends, "right", "brainstem_mm"):
        raise Invalid(
            _(
                "The right nerve runs to the patient's left: its ends are exchanged, or they are "
                "those of the left nerve."
            ),
            field="right",
        )
    if len(ends) == 2 and not _x(ends, "left", "brainstem_mm") > _x(ends, "right", "brainstem_mm"):
        raise Invalid(_("The left nerve lies to the right of the right nerve."), field="left")


def _x(ends: Mapping[str, Mapping[str, Any]], side: str, end: str) -> float:
    return float(ends[side][end][0])
