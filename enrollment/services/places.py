"""How full the arms are."""

from __future__ import annotations

from django.db.models import F

from enrollment.models import ArmCount
from enrollment.protocol.loader import current


def places_left() -> dict[str, int]:
    """How many more participants each arm takes."""
    taken = dict(ArmCount.objects.values_list("arm", "enrolled"))
    return {arm.key: arm.target - taken.get(arm.key, 0) for arm in current().arms}


def take_place(arm: str) -> int | None:
    """The next place of an arm, or None when it is full. One conditional update, so that no race
    overshoots the target."""
    target = current().arm(arm).target
    ArmCount.objects.get_or_create(arm=arm, defaults={"target": target})
    taken = ArmCount.objects.filter(arm=arm, enrolled__lt=F("target")).update(
        enrolled=F("enrolled") + 1
    )
    return ArmCount.objects.get(arm=arm).enrolled if taken else None
