"""What a protocol file says of the outcomes."""

from __future__ import annotations

from typing import Any

from enrollment.protocol.definition import OutcomePlan
from enrollment.protocol.errors import ProtocolError

# The scale's score, as an item of the severity form.
SEVERITY_SCORES = {"smc": "smc_score", "cohen_albert": "cohen_albert", "jrs": "jrs_total"}


def outcome_plan(told: dict[str, Any]) -> OutcomePlan:
    """From the file's table; what it does not say is as it is without. Raises ProtocolError."""
    try:
        plan = OutcomePlan(**told)
    except TypeError as error:
        raise ProtocolError(f"What is said of outcomes is not known: {error}.") from error
    if plan.controls not in {"unaffected_side", "none"} or plan.severe_scale not in SEVERITY_SCORES:
        raise ProtocolError("The outcomes' controls or scale of severity are none that there are.")
    return plan
