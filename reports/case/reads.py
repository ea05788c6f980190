"""Blinded reads, and the answers that count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from enrollment.models import Participant
from imaging.models import Adjudication, Session
from reports.case.forms import Answer, answers_of


@dataclass(frozen=True)
class ReadOnce:
    """One reader's read. Without `locked_at` it is not finished and has no answers here."""

    reading_id: str
    reader: str
    techniques: tuple[str, ...]
    answers: tuple[Answer, ...]
    locked_at: datetime | None

    def answer(self, name: str) -> Answer | None:
        """The answer to one item."""
        return {answer.name: answer for answer in self.answers}.get(name)


@dataclass(frozen=True)
class Adjudicated:
    """The answers that count. No reader where both readers agree."""

    reading_id: str
    method: str
    reader: str
    answers: tuple[Answer, ...]
    at: datetime | None

    @property
    def method_label(self) -> str:
        """How it was come by, in words."""
        choices = dict(Adjudication._meta.get_field("method").flatchoices)
        return str(choices.get(self.method, self.method))

    def answer(self, name: str) -> Answer | None:
        """The answer to one item."""
        return {answer.name: answer for answer in self.answers}.get(name)


def reads_of(participant: Participant) -> tuple[ReadOnce, ...]:
    """Every read in the techniques of the arm, which are the case's; repeated reads and those of a
    second session are the outcomes'. One that is not locked gives no answers away."""
    rows = participant.reads.all()
    own = [row for row in rows if row.session == Session.REGISTERED and not row.repeat]
    return tuple(
        ReadOnce(
            reading_id=row.reading_id,
            reader=str(row.reader),
            techniques=tuple(row.techniques),
            answers=answers_of("neurovascular_read", row.answers if row.locked_at else {}),
            locked_at=row.locked_at,
        )
        for row in sorted(own, key=lambda row: row.reading_id)
    )


def adjudicated(participant: Participant) -> Adjudicated | None:
    """What the reads come to, or who still has to say so."""
    rows = [row for row in participant.adjudications.all() if row.session == Session.REGISTERED]
    row = min(rows, key=lambda row: row.pk, default=None)
    if row is None:
        return None
    return Adjudicated(
        reading_id=row.reading_id,
        method=row.method,
        reader=str(row.reader) if row.reader else "",
        answers=answers_of("neurovascular_read", row.answers if row.at else {}),
        at=row.at,
    )
