"""Adverse events and deviations as lists show them."""

from __future__ import annotations

from dataclasses import dataclass

from enrollment.answers import show
from enrollment.crfs.definition import Form
from enrollment.definitions import captured
from enrollment.form_page import form_url
from enrollment.models import FormEntry
from enrollment.models.forms import LOG, EntryState
from enrollment.stops import stops_in

# The items of each form that a list shows: what, how bad, and how it stands.
COLUMNS = {
    "adverse_event": ("event", "grade", "serious", "outcome"),
    "deviation": ("description", "grade", "source", "effect"),
}


@dataclass(frozen=True)
class LogLine:
    """One form of the log in a list."""

    entry: FormEntry
    definition: Form
    url: str
    cells: list[str]
    stops: bool


def line_of(entry: FormEntry) -> LogLine:
    """A form of the log as a list shows it."""
    definition = captured(entry)
    cells = [show(definition.item(name), entry.answers.get(name)) for name in COLUMNS[entry.form]]
    url = form_url(entry.participant.number, LOG, entry.form, entry.repeat)
    stops = entry.state == EntryState.SUBMITTED and stops_in(
        [(entry.form, entry.repeat, entry.answers)]
    )
    return LogLine(entry, definition, url, cells, bool(stops))
