"""A participant as the pages show one: the way with its steps, the visits with their forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from enrollment.crfs.definition import Form
from enrollment.definitions import in_use
from enrollment.journey import ENDED, WAY, State
from enrollment.models import ExpectedScan, FormEntry, Participant, ScanState, Step, Visit
from enrollment.models.forms import EntryState
from enrollment.protocol.definition import ScanPlan, VisitPlan
from enrollment.protocol.loader import current
from enrollment.schedule import Timeliness, timeliness

OUT = ENDED - {State.LOCKED}


@dataclass(frozen=True)
class StepShown:
    """One step of the way, as `_stepper.html` reads it."""

    label: str
    state: str
    at: datetime | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class FormShown:
    """One form of one visit."""

    definition: Form
    visit: str
    entry: FormEntry | None

    @property
    def submitted(self) -> bool:
        """Whether it is complete."""
        return self.entry is not None and self.entry.state == EntryState.SUBMITTED

    @property
    def state(self) -> str:
        """The state's word."""
        return self.entry.state if self.entry and self.entry.revision else "empty"

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return (
            self.entry.get_state_display() if self.state != "empty" and self.entry else _("Empty")
        )


@dataclass(frozen=True)
class ScanShown:
    """One expected scan."""

    plan: ScanPlan
    scan: ExpectedScan


@dataclass(frozen=True)
class VisitShown:
    """A visit with its window, its forms and its scans."""

    plan: VisitPlan
    visit: Visit
    timeliness: Timeliness
    forms: list[FormShown] = field(default_factory=list)
    scans: list[ScanShown] = field(default_factory=list)

    @property
    def label(self) -> str:
        """How it stands to its window, in the reader's language."""
        return word_for(self.timeliness)

    @property
    def may_be_missed(self) -> bool:
        """Whether it can still be said that the visit did not take place."""
        begun = any(form.entry and form.entry.revision for form in self.forms)
        settled = self.visit.complete or bool(self.visit.not_done_reason)
        return not begun and not settled and self.timeliness is not Timeliness.UPCOMING


def word_for(when: Timeliness) -> str:
    """How a visit stands to its window, in the reader's language."""
    return {
        Timeliness.DONE: _("Complete"),
        Timeliness.UPCOMING: _("To come"),
        Timeliness.DUE: _("Due"),
        Timeliness.OVERDUE: _("Overdue"),
        Timeliness.MISSING: _("Missing"),
        Timeliness.NOT_DONE: _("Not done"),
    }[when]


def steps_of(participant: Participant) -> list[StepShown]:
    """Every step of the way: taken, next, to come, or left out because the participant left."""
    taken = steps_taken(participant)
    left = participant.state in OUT
    reached = [state for state in WAY if state in taken] if left else list(_up_to(participant))
    shown = []
    for state in WAY:
        row = taken.get(state) if state in reached else None
        if state in reached:
            word = "done"
        elif left:
            word = "skipped"
        else:
            word = "current" if state == next_state(participant) else "todo"
        shown.append(
            StepShown(
                str(state.label),
                word,
                row.at if row else None,
                str(row.by) if row and row.by else "",
                row.reason if row else "",
            )
        )
    return shown


def steps_taken(participant: Participant) -> dict[str, Step]:
    """The last step to each state. Back from a lock is not one: who unlocks a case has not signed
    it."""
    rows = list(participant.steps.all())
    before = ["", *(row.state for row in rows)]
    return {row.state: row for row, was in zip(rows, before, strict=False) if was != State.LOCKED}


def way_out_of(participant: Participant) -> StepShown | None:
    """How the participant left, if so."""
    rows = [step for step in participant.steps.all() if step.state == participant.state]
    if participant.state not in OUT or not rows:
        return None
    row = rows[-1]
    return StepShown(row.get_state_display(), "out", row.at, str(row.by or ""), row.reason)


def next_state(participant: Participant) -> State | None:
    """The step that comes next; None at the end of the way or outside it."""
    if participant.state in ENDED:
        return None
    return WAY[WAY.index(State(participant.state)) + 1]


def visits_of(participant: Participant, today: date) -> list[VisitShown]:
    """The visits on the participant's calendar, each with what belongs to it."""
    protocol = current()
    entries = {(entry.visit, entry.form): entry for entry in participant.entries.all()}
    shown = []
    for visit in participant.visits.all():
        plan = protocol.visit(visit.key)
        forms = [
            FormShown(in_use(key), visit.key, entries.get((visit.key, key))) for key in plan.forms
        ]
        scans = [ScanShown(protocol.scan(scan.sequence), scan) for scan in visit.scans.all()]
        done = all(form.submitted for form in forms) and not any(map(_awaited, scans))
        when = timeliness(
            visit.opens_on,
            visit.closes_on,
            today,
            done=done,
            not_done=bool(visit.not_done_reason),
            missing_after_days=protocol.missing_after_days,
        )
        shown.append(VisitShown(plan, visit, when, forms, scans))
    return shown


def screening_data(participant: Participant) -> list[tuple[Any, ...]]:
    """What screening recorded, as `_kv.html` reads it."""
    return [
        (_("Site"), participant.site.name),
        (_("Screened on"), participant.screened_on.isoformat()),
        (_("Year of birth"), participant.year_of_birth),
        (_("Sex"), participant.get_sex_display()),
        (_("Affected side"), participant.get_affected_side_display()),
        (_("Onset of the spasm"), participant.onset),
        (_("Protocol version"), participant.protocol_version),
    ]


def _up_to(participant: Participant) -> tuple[State, ...]:
    return WAY[: WAY.index(State(participant.state)) + 1]


def _awaited(shown: ScanShown) -> bool:
    waiting = {ScanState.EXPECTED, ScanState.REPEAT_ASKED}
    return shown.scan.required and shown.scan.state in waiting
