"""The checks of a form that look at another one, asked again when that other one changes."""

from __future__ import annotations

from collections.abc import Iterator

from enrollment.crfs.checking import find
from enrollment.crfs.definition import Form
from enrollment.crfs.expression import others_in
from enrollment.definitions import captured
from enrollment.models import FormEntry, Participant
from enrollment.models.forms import EntryState
from enrollment.services.query_findings import Found, settle_findings
from enrollment.services.records import record_of
from studysite.core.models import User
from studysite.core.roles import Role


def settle_across(*, by: User, changed: FormEntry, assigned_role: Role) -> None:
    """Bring the queries of the participant's other submitted forms in line with what their checks
    find now that a form they look at has changed. Their answers stay as they were submitted."""
    looking = [entry for entry in _submitted_beside(changed) if _looks_at(entry, changed)]
    if not looking:
        return
    participant = Participant.objects.get(pk=changed.participant_id)
    for entry in looking:
        record = record_of(participant, entry.visit)
        remarks = {(note["item"], note["code"]): note for note in entry.remarks}
        found = [
            Found(
                finding.item,
                finding.code,
                finding.parameters,
                remarks.get((finding.item, finding.code), {}).get("reason", ""),
            )
            for finding in find(captured(entry), entry.answers, record, complete=True)
            if finding.check is not None or not finding.hard
        ]
        settle_findings(by=by, entry=entry, found=found, assigned_role=assigned_role)


def _submitted_beside(changed: FormEntry) -> Iterator[FormEntry]:
    rows = FormEntry.objects.filter(
        participant=changed.participant_id, state=EntryState.SUBMITTED
    ).exclude(pk=changed.pk)
    yield from rows.order_by("pk")


def _looks_at(entry: FormEntry, changed: FormEntry) -> bool:
    """Whether a check of a form rests on an answer of the one that changed."""
    return (changed.form, changed.visit) in {
        (form, visit or entry.visit) for form, visit, _item in _others(captured(entry))
    }


def _others(definition: Form) -> Iterator[tuple[str, ...]]:
    for check in definition.checks:
        yield from others_in(check.when)
