"""Deviations that a check finds, put on the participant's log within the act that found them."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import override

from enrollment.definitions import in_use
from enrollment.models import FormEntry, Participant
from enrollment.models.forms import LOG, EntryState
from enrollment.services.forms import keep_revision
from studysite.core.models import User
from studysite.core.said import say

FORM = "deviation"


def note_deviation(
    participant: Participant, *, by: User, source: str, category: str, sentence: str
) -> FormEntry:
    """Put a minor deviation that stops nothing on the log of a held participant. A person grades it
    anew where it is more. `sentence` may be one that is kept; the log has it in both languages."""
    with override("zh-hans"):
        chinese = say(sentence)
    with override("en"):
        english = say(sentence)
    text = english if chinese == english else f"{english} / {chinese}"
    number = participant.entries.filter(form=FORM, visit=LOG).count() + 1
    entry = FormEntry(
        participant=participant,
        form=FORM,
        form_version=in_use(FORM).version,
        visit=LOG,
        repeat=number,
        state=EntryState.SUBMITTED,
        answers={
            "found_on": timezone.localdate().isoformat(),
            "source": source,
            "category": category,
            "grade": "minor",
            "description": text,
            "effect": "nothing",
        },
        by=by,
    )
    keep_revision(entry, by=by, reason="")
    return entry
