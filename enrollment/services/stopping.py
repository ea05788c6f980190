"""What stops a participant now, and the refusal of what is stopped."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.models import Participant
from enrollment.models.forms import LOG, EntryState
from enrollment.stops import Stop, What, stops_in
from studysite.core.errors import OutOfOrder


class Stopped(OutOfOrder):
    """Something on record stands in the way until it is settled."""

    code = "stopped"


def stops_of(participant: Participant) -> list[Stop]:
    """What stops something of this participant."""
    return stops_in(
        (entry.form, entry.repeat, entry.answers)
        for entry in participant.entries.all()
        if entry.visit == LOG and entry.state == EntryState.SUBMITTED
    )


def stop_for(participant: Participant, what: What) -> Stop | None:
    """The first thing that stops this, if any does."""
    return next((stop for stop in stops_of(participant) if what in stop.what), None)


def refuse_stopped(participant: Participant, what: What) -> None:
    """Refuse with a sentence what is stopped."""
    stop = stop_for(participant, what)
    if stop is not None:
        raise Stopped(sentence_for(stop))


def sentence_for(stop: Stop) -> str:
    """Why it is stopped, in the reader's language."""
    words = {
        "adverse_event": _(
            "Serious adverse event no. %(number)d may come of the scan and is not settled; it "
            "holds enrolment and scans."
        ),
        "deviation": _("Protocol deviation no. %(number)d holds enrolment and scans."),
    }
    if What.ANALYSIS in stop.what:
        words["deviation"] = _("Protocol deviation no. %(number)d keeps the data out of outcomes.")
    return words[stop.form] % {"number": stop.repeat}
