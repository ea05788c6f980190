"""A draft taken back, and a form taken over to a newer version."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.crfs.checking import check, completed, without_blanks
from enrollment.crfs.definition import Form, Place
from enrollment.definitions import at_visit
from enrollment.models import FormEntry
from enrollment.models.forms import EntryState
from enrollment.services import way
from enrollment.services.consent import require_consent
from enrollment.services.forms import action_for, keep_revision
from enrollment.services.records import record_of
from enrollment.services.visits import settle_visit
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import both, said


@service(Action.ENTER_FORM)
def undo_draft(*, by: User, entry: FormEntry, seen_revision: int) -> FormEntry:
    """Take a draft back to what it was one save before. Every revision stays."""
    row = _held(by, entry, seen_revision)
    if row.state != EntryState.DRAFT:
        raise OutOfOrder(_("Only a draft is taken back; a submitted form is changed."))
    back_to = _shown(row) - 1
    before = row.revisions.filter(number=back_to).first()
    if back_to < 0:
        raise OutOfOrder(_("Nothing is saved that could be taken back."))
    row.answers, row.by = before.answers if before else {}, by
    keep_revision(row, by=by, reason="", back_to=back_to)
    _tell(row)
    return row


@service(Action.ENTER_FORM)
def move_to_version(*, by: User, entry: FormEntry, seen_revision: int, reason: str) -> FormEntry:
    """Take a form over to the version in force. What the newer version does not ask or does not
    take is left out; a submitted form that then lacks something is a draft again."""
    row = _held(by, entry, seen_revision)
    if not reason.strip():
        raise Invalid(_("Say why the form moves to the newer version."), field="reason")
    definition = at_visit(row.form, row.visit)
    if definition.version == row.form_version:
        raise Conflict(_("The form is in the version in force."))
    record = record_of(row.participant, row.visit)
    row.answers = completed(definition, _taken_over(definition, row), record)
    row.form_version, row.by = definition.version, by
    if check(definition, row.answers, record, complete=True):
        row.state = EntryState.DRAFT
    keep_revision(row, by=by, reason=reason.strip())
    if definition.place is Place.VISIT:
        settle_visit(row.participant, row.visit)
    _tell(row)
    return row


def _shown(row: FormEntry) -> int:
    """The revision whose answers a draft shows: after an undo, the one that was gone back to."""
    newest = row.revisions.order_by("-number").first()
    if newest is not None and newest.back_to is not None:
        return newest.back_to
    return row.revision


def _taken_over(definition: Form, row: FormEntry) -> dict[str, object]:
    kept: dict[str, object] = {}
    for item in definition.items:
        answer = row.answers.get(item.name)
        alone = {**kept, item.name: answer}
        wrong = {finding.item for finding in check(definition, alone, complete=False)}
        if item.name not in wrong and item.asked(kept):
            kept[item.name] = answer
    return without_blanks(kept)


def _held(by: User, entry: FormEntry, seen_revision: int) -> FormEntry:
    require(by, action_for(entry.form), entry.participant.site)
    participant = way.hold(entry.participant, visit=entry.visit)
    require_consent(participant)
    row = FormEntry.objects.select_for_update().get(pk=entry.pk)
    row.participant = participant
    if row.revision != seen_revision:
        sentence = _(
            "This form was changed meanwhile (revision %(number)d); compare, and save again."
        )
        raise Conflict(sentence % {"number": row.revision}, code="changed_meanwhile")
    return row


def _tell(row: FormEntry) -> None:
    definition = at_visit(row.form, row.visit)
    done = said(
        "Form %(form)s, version %(version)s, revision %(revision)s",
        form=both(en=definition.title_en, zh=definition.title_zh),
        version=row.form_version,
        revision=row.revision,
    )
    about(row.participant.number, done, action=action_for(row.form))
