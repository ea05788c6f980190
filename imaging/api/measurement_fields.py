"""Fields that requests for a measurement share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

# No patient is larger than a scanner's room.
FURTHEST_MM = 10_000.0


class CoordinateField(serializers.FloatField):
    """A coordinate in mm: a finite number, not a text that looks like one."""

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises ValidationError."""
        number = isinstance(data, int | float) and not isinstance(data, bool)
        if not number or not abs(data) <= FURTHEST_MM:
            raise serializers.ValidationError(_("A coordinate is a number of millimetres."))
        return float(data)


def point() -> serializers.ListField:
    """x, y, z in patient coordinates (LPS), mm."""
    return serializers.ListField(child=CoordinateField(), min_length=3, max_length=3)


def seen_version() -> serializers.IntegerField:
    """The newest version that the asker knew of, 0 for none: refused where there is a newer one."""
    return serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, default=None)


def view_state() -> serializers.DictField:
    """How the viewer stood."""
    return serializers.DictField(required=False, default=dict)
