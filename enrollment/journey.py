"""A participant's way through the study: the states and the only steps between them."""

from __future__ import annotations

from itertools import pairwise

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from studysite.core.errors import OutOfOrder


class State(TextChoices):
    """Where a participant is."""

    SCREENED = "screened", _("Screened")
    CONSENTED = "consented", _("Consented")
    ELIGIBLE = "eligible", _("Eligible")
    ENROLLED = "enrolled", _("Enrolled")
    SCANNED = "scanned", _("Scanned")
    QUALITY_CHECKED = "quality_checked", _("Quality-checked")
    MEASURED = "measured", _("Measured")
    READ = "read", _("Read twice")
    ADJUDICATED = "adjudicated", _("Adjudicated")
    SURGERY_RECORDED = "surgery_recorded", _("Surgical finding recorded")
    SIGNED = "signed", _("Case signed")
    LOCKED = "locked", _("Locked")
    SCREEN_FAILED = "screen_failed", _("Screen failure")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LOST = "lost", _("Lost to follow-up")


WAY = (
    State.SCREENED,
    State.CONSENTED,
    State.ELIGIBLE,
    State.ENROLLED,
    State.SCANNED,
    State.QUALITY_CHECKED,
    State.MEASURED,
    State.READ,
    State.ADJUDICATED,
    State.SURGERY_RECORDED,
    State.SIGNED,
    State.LOCKED,
)
BEFORE_ENROLMENT = frozenset({State.SCREENED, State.CONSENTED, State.ELIGIBLE})
ENDED = frozenset({State.LOCKED, State.SCREEN_FAILED, State.WITHDRAWN, State.LOST})

STEPS: dict[State, frozenset[State]] = {here: frozenset({there}) for here, there in pairwise(WAY)}
for _state in WAY[:-1]:
    # One may leave the study at any time before the record is locked.
    STEPS[_state] |= {State.WITHDRAWN, State.LOST}
for _state in BEFORE_ENROLMENT:
    STEPS[_state] |= {State.SCREEN_FAILED}
# A scan that must be repeated takes its participant back to waiting for one.
STEPS[State.SCANNED] |= {State.ENROLLED}
STEPS[State.QUALITY_CHECKED] |= {State.ENROLLED}
for _state in (State.SCREEN_FAILED, State.WITHDRAWN, State.LOST):
    STEPS[_state] = frozenset()
# Two data managers may unlock a record: its case is then as signed as it was.
STEPS[State.LOCKED] = frozenset({State.SIGNED})

OWNERS: dict[State, str] = {
    State.SCREENED: "coordinator",
    State.CONSENTED: "coordinator",
    State.ELIGIBLE: "investigator",
    State.ENROLLED: "coordinator",
    State.SCANNED: "coordinator",
    State.QUALITY_CHECKED: "analyst",
    State.MEASURED: "analyst",
    State.READ: "reader",
    State.ADJUDICATED: "reader",
    State.SURGERY_RECORDED: "investigator",
    State.SIGNED: "investigator",
    State.LOCKED: "data_manager",
}

# What is to be done for a step, as a list of work says it.
TASKS: dict[State, Promise] = {
    State.CONSENTED: _("Record consent"),
    State.ELIGIBLE: _("Decide eligibility"),
    State.ENROLLED: _("Enrol"),
    State.SCANNED: _("Bring in the scans"),
    State.QUALITY_CHECKED: _("Check image quality"),
    State.MEASURED: _("Measure the nerves"),
    State.READ: _("Read the case"),
    State.ADJUDICATED: _("Adjudicate the reads"),
    State.SURGERY_RECORDED: _("Record the surgical finding"),
    State.SIGNED: _("Sign the case"),
    State.LOCKED: _("Lock the record"),
}


def check_step(here: State, there: State) -> None:
    """Refuse a step that the protocol does not have."""
    if there not in STEPS[here]:
        sentence = gettext("The protocol has no step from “%(here)s” to “%(there)s”.")
        raise OutOfOrder(sentence % {"here": here.label, "there": there.label})


def has_reached(here: State, step: State) -> bool:
    """Whether a state on the way lies at or after a step."""
    return here in WAY and WAY.index(here) >= WAY.index(step)
