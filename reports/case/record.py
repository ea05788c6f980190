"""How a case came about: its way, its signatures, who did what when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.journey import WAY, State, has_reached
from enrollment.models import Participant, Query
from enrollment.overview import steps_taken
from enrollment.query_life import QueryState
from enrollment.query_words import words_of
from enrollment.services.closing import last_unlock
from studysite.core.act_words import word_for
from studysite.core.models import Act, Outcome, Signature
from studysite.core.roles import Action
from studysite.core.said import say
from studysite.core.signing import Standing, standing

SIGNATURE_KIND = "case"
STANDINGS = {
    Standing.VALID: gettext_lazy("Valid"),
    Standing.CONTENT_CHANGED: gettext_lazy("Not valid: the content was changed"),
    Standing.NOT_GENUINE: gettext_lazy("Not valid: this row was not signed"),
}
# Looks and copies change nothing on record: the audit trail has them, a summary does not.
NOT_HISTORY = (
    Action.SEE_IDENTITY.value,
    Action.MAKE_CASE_SUMMARY.value,
    Action.SEE_CASE_SUMMARY.value,
    Action.RETRY_JOB.value,
)


@dataclass(frozen=True)
class Step:
    """One step of the way: reached when, by whom; or not yet."""

    state: str
    reached: bool
    at: datetime | None = None
    by: str = ""

    @property
    def label(self) -> str:
        """The state in words."""
        return str(State(self.state).label)


@dataclass(frozen=True)
class Signed:
    """A signature and what it is worth for the content as it is now. `before_unlock` is when the
    record was last unlocked, if that was after it was signed."""

    printed_name: str
    meaning: str
    at: datetime
    content_sha256: str
    standing: str
    before_unlock: datetime | None = None

    @property
    def valid(self) -> bool:
        """Whether it holds."""
        return self.standing == Standing.VALID

    @property
    def standing_label(self) -> str:
        """What it is worth, in words."""
        return str(STANDINGS[Standing(self.standing)])

    @property
    def unlock_label(self) -> str:
        """That the record was opened after it was signed, and what became of its content."""
        if self.before_unlock is None:
            return ""
        if self.valid:
            return _("Signed before the record was unlocked; content unchanged.")
        return _("Signed before the record was unlocked; content changed.")

    @property
    def meaning_label(self) -> str:
        """The meaning in the reader's language, where it is one of the usual ones."""
        return _(self.meaning)


@dataclass(frozen=True)
class Asked:
    """A query about the data, as it stands; nothing that a signature covers."""

    row: Query

    @property
    def label(self) -> str:
        """What it is about."""
        return self.row.place.label

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(QueryState(self.row.state).label)

    @property
    def closed(self) -> bool:
        """Whether nothing more is awaited."""
        return self.row.is_closed

    @property
    def by(self) -> str:
        """Who opened it; nobody where a check did."""
        return str(self.row.opened_by) if self.row.opened_by else ""

    @property
    def opened_at(self) -> datetime:
        """When it was opened."""
        return self.row.opened_at

    @property
    def question(self) -> str:
        """What was asked."""
        said = words_of(self.row)
        return said[0].text if said else ""

    @property
    def last(self) -> str:
        """What was said last after the question."""
        return next((each.text for each in reversed(words_of(self.row)[1:]) if each.text), "")


@dataclass(frozen=True)
class Event:
    """Who did what when, and why."""

    at: datetime
    by: str
    action: str
    detail: str
    reason: str

    @property
    def told(self) -> str:
        """What it came to, in the reader's language."""
        return say(self.detail)

    @property
    def label(self) -> str:
        """The act in words."""
        return word_for(self.action)


def way_of(participant: Participant) -> tuple[Step, ...]:
    """Every step of the way; one that was reached has its moment and its person, where known."""
    taken = steps_taken(participant)
    withdrawal = getattr(participant, "withdrawal", None)
    here = State(withdrawal.left_in_state if withdrawal else participant.state)
    steps = []
    for state in WAY:
        row = taken.get(state.value)
        # A failed screening has left the way: the steps on record say how far it came.
        reached = has_reached(here, state) if here in WAY else row is not None
        known = row if reached else None
        by = str(known.by) if known and known.by else ""
        steps.append(Step(state.value, reached, known.at if known else None, by))
    return tuple(steps)


def signatures_of(participant: Participant, content_sha256: str) -> tuple[Signed, ...]:
    """Every signature under the case, with its validity for the content as it is now."""
    rows = Signature.objects.filter(subject=participant.number, kind=SIGNATURE_KIND)
    unlocked_at = last_unlock(participant)
    return tuple(
        Signed(
            printed_name=row.printed_name,
            meaning=row.meaning,
            at=row.at,
            content_sha256=row.content_sha256,
            standing=standing(row, content_sha256).value,
            before_unlock=unlocked_at if unlocked_at and row.at < unlocked_at else None,
        )
        for row in rows.select_related("by").order_by("at", "pk")
    )


def queries_of(participant: Participant) -> tuple[Asked, ...]:
    """Every query about the record, oldest first."""
    rows = participant.queries.select_related("opened_by", "participant")
    return tuple(Asked(row) for row in rows.order_by("opened_at", "pk"))


def history_of(participant: Participant, *, told: bool) -> tuple[Event, ...]:
    """Who did what when, oldest first; what it came to and why, where that may be told. No person
    means the system itself."""
    done = Act.objects.filter(subject=participant.number, outcome=Outcome.DONE)
    rows = done.exclude(action__in=NOT_HISTORY)
    return tuple(
        Event(
            row.at,
            str(row.by) if row.by else "",
            row.action,
            row.detail if told else "",
            row.reason if told else "",
        )
        for row in rows.select_related("by").order_by("at", "pk")
    )
