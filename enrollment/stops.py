"""What stops what: a pure rule over the forms of a participant's log.

A serious adverse event that may come of the scan, and a deviation that says so, hold enrolment and
scans until they are settled. A deviation may keep the data out of the main analysis. Withdrawal is
a state of its own and stops everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

RELATED = frozenset({"possible", "probable", "certain"})
SETTLED_OUTCOMES = frozenset({"resolved", "resolved_with_sequelae", "fatal"})


class What(StrEnum):
    """What can be stopped."""

    ENROLMENT = "enrolment"
    SCANS = "scans"
    ANALYSIS = "analysis"


HELD = frozenset({What.ENROLMENT, What.SCANS})


@dataclass(frozen=True)
class Stop:
    """One thing on record that stops something: a form of the log and its number."""

    form: str
    repeat: int
    what: frozenset[What]


def stops_in(log: Iterable[tuple[str, int, Mapping[str, Any]]]) -> list[Stop]:
    """What the submitted forms of a log (form, number, answers) stop now."""
    found = [Stop(form, repeat, _stopped(form, answers)) for form, repeat, answers in log]
    return [stop for stop in found if stop.what]


def _stopped(form: str, answers: Mapping[str, Any]) -> frozenset[What]:
    if form == "adverse_event":
        serious = answers.get("serious") == "yes" and answers.get("related_to_mri") in RELATED
        return HELD if serious and answers.get("outcome") not in SETTLED_OUTCOMES else frozenset()
    if form == "deviation" and answers.get("effect") == "left_out":
        return frozenset({What.ANALYSIS})
    if form == "deviation" and answers.get("effect") == "hold":
        return frozenset() if answers.get("settled_on") else HELD
    return frozenset()
