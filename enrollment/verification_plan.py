"""What a monitor verifies against the source. Pure rules."""

from __future__ import annotations

import hashlib

from enrollment.protocol.definition import VerificationPlan


def is_chosen(plan: VerificationPlan, number: str) -> bool:
    """Whether a participant is of the share that is verified whole. It follows from the recorded
    seed and the subject number alone, so that anybody can find the same people again."""
    digest = hashlib.sha256(f"{plan.seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < plan.share * 2**64


def is_due(plan: VerificationPlan, number: str, *, critical: bool) -> bool:
    """Whether the plan asks that an answer be verified; `critical` is the item's own."""
    return asks_for(plan, is_chosen(plan, number), critical=critical)


def asks_for(plan: VerificationPlan, chosen: bool, *, critical: bool) -> bool:
    """The same of somebody of whom it is known whether they are of the share."""
    return plan.kind == "all" or critical or (plan.kind == "share" and chosen)
