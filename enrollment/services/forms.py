"""Saving and submitting case report forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from enrollment.crfs.checking import Finding, completed, find, without_blanks
from enrollment.crfs.definition import Form, Place
from enrollment.definitions import at_visit, captured, in_use
from enrollment.journey import State
from enrollment.models import FormEntry, FormRevision, Participant
from enrollment.models.forms import LOG, EntryState
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.consent import require_consent
from enrollment.services.cross_checks import settle_across
from enrollment.services.eligibility import recompute
from enrollment.services.query_findings import settle_remarks
from enrollment.services.records import record_of
from enrollment.services.verification import undo_changed
from enrollment.services.visits import settle_visit
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import POLICY, Action, Role
from studysite.core.said import both, said

# Who answers the queries of a form's checks: the first of these who may enter it.
ANSWERED_BY = (Role.COORDINATOR, Role.INVESTIGATOR)


class FormInvalid(Invalid):
    """Answers that cannot be kept, each with its sentence."""

    code = "form_invalid"

    def __init__(self, problems: Sequence[Finding]) -> None:
        super().__init__(
            " ".join(f"{problem.item}: {problem.sentence}" for problem in problems),
            field=problems[0].item,
        )
        self.problems = list(problems)


class FormUnlikely(FormInvalid):
    """Answers that can be kept, each with a reason of its own (`remarks` by `Finding.key`)."""

    code = "form_unlikely"


class ReasonsNeeded(Invalid):
    """A submitted form is changed, and these items have no reason yet."""

    code = "reason_needed"

    def __init__(self, items: Sequence[str]) -> None:
        super().__init__(_("Changing a submitted form needs a reason."), field="reason")
        self.items = list(items)


def action_for(form: str) -> Action:
    """The permission that entering a form needs."""
    surgical = form == "surgical_finding"
    return Action.ENTER_SURGICAL_FINDING if surgical else Action.ENTER_FORM


@service(Action.ENTER_FORM)
def save_form(
    *,
    by: User,
    participant: Participant,
    form: str,
    visit: str,
    answers: Mapping[str, Any],
    seen_revision: int,
    submit: bool,
    reason: str = "",
    reasons: Mapping[str, str] | None = None,
    remarks: Mapping[str, str] | None = None,
    repeat: int = 1,
) -> FormEntry:
    """Keep a form's answers as a new revision. `seen_revision` is the one the person looked at: a
    later one is never overwritten unseen. Changing a submitted form needs a reason, for all of it
    or item by item. An unlikely answer is submitted with a reason in `remarks`."""
    require(by, action_for(form), participant.site)
    row = _hold(participant, in_use(form), visit)
    _check_visit(row, form, visit)
    entry = _entry(row, form, visit, repeat, by)
    definition = captured(entry)
    record = record_of(row, visit)
    kept = completed(definition, without_blanks(answers), record)
    found = find(definition, kept, record, complete=submit)
    if hard := [finding for finding in found if finding.hard]:
        raise FormInvalid(hard)
    told = _reasons(definition, entry, kept, reason, reasons or {})
    _check_change(entry, seen_revision, submit, told)
    noted = _noted(entry, found, kept, remarks or {}) if submit else []
    entry.answers, entry.remarks, entry.by = kept, noted, by
    entry.state = EntryState.SUBMITTED if submit else EntryState.DRAFT
    keep_revision(entry, by=by, reason=reason.strip(), reasons=told)
    if definition.place is Place.VISIT:
        settle_visit(row, visit)
        settle_surgical_step(row)
        recompute(row)
    about(row.number, told_of(entry, definition), action=action_for(form))
    participant.refresh_from_db()
    return entry


def told_of(entry: FormEntry, definition: Form) -> str:
    """What an act says of a saved form, in both languages."""
    plan = current().find_visit(entry.visit)
    form = both(en=definition.title_en, zh=definition.title_zh)
    if plan is None:
        return said(
            "Form %(form)s, number %(repeat)s, revision %(revision)s",
            form=form,
            repeat=entry.repeat,
            revision=entry.revision,
        )
    return said(
        "Form %(form)s at %(visit)s, revision %(revision)s",
        form=form,
        visit=plan.in_both,
        revision=entry.revision,
    )


def keep_revision(
    entry: FormEntry,
    *,
    by: User,
    reason: str,
    reasons: Mapping[str, str] | None = None,
    back_to: int | None = None,
) -> None:
    """Store an entry as it is now, and what it is now as its next revision."""
    entry.revision += 1
    entry.save()
    FormRevision.objects.create(
        entry=entry,
        number=entry.revision,
        form_version=entry.form_version,
        state=entry.state,
        answers=entry.answers,
        remarks=entry.remarks,
        reason=reason,
        reasons=dict(reasons or {}),
        back_to=back_to,
        by=by,
    )
    undo_changed(by=by, entry=entry)
    if entry.state == EntryState.SUBMITTED:
        role = next(role for role in ANSWERED_BY if role in POLICY[action_for(entry.form)])
        settle_remarks(by=by, entry=entry, assigned_role=role)
        settle_across(by=by, changed=entry, assigned_role=Role.COORDINATOR)


def _hold(participant: Participant, definition: Form, visit: str) -> Participant:
    """The participant, held. What goes wrong is still recorded of somebody who has left, and
    without a consent; all other data are not."""
    if definition.place is Place.LOG:
        return way.hold_for_log(participant)
    row = way.hold(participant, visit=visit)
    require_consent(row)
    return row


def _check_visit(participant: Participant, form: str, visit: str) -> None:
    if visit == LOG:
        if form not in current().form_versions or in_use(form).place is not Place.LOG:
            raise Invalid(_("This form does not belong to this visit."), field="visit")
        return
    plan = current().find_visit(visit)
    if plan is None or form not in plan.forms:
        raise Invalid(_("This form does not belong to this visit."), field="visit")
    if not participant.visits.filter(key=visit).exists():
        raise OutOfOrder(_("This visit is planned when the participant is enrolled."))


def _entry(participant: Participant, form: str, visit: str, repeat: int, by: User) -> FormEntry:
    definition = at_visit(form, visit)
    rows = FormEntry.objects.filter(participant=participant, form=form, visit=visit)
    following = rows.count() + 1 if definition.repeating else 1
    if not 1 <= repeat <= following:
        raise Invalid(_("There is no such repeat of this form."), field="repeat")
    entry, _made = FormEntry.objects.select_for_update().get_or_create(
        participant=participant,
        form=form,
        visit=visit,
        repeat=repeat,
        defaults={"form_version": definition.version, "state": EntryState.DRAFT, "by": by},
    )
    return entry


def _check_change(
    entry: FormEntry, seen_revision: int, submit: bool, told: Mapping[str, str]
) -> None:
    if entry.revision != seen_revision:
        sentence = _(
            "This form was changed meanwhile (revision %(number)d); compare, and save again."
        )
        raise Conflict(sentence % {"number": entry.revision}, code="changed_meanwhile")
    if entry.state == EntryState.SUBMITTED and entry.revision:
        if not submit:
            raise OutOfOrder(_("A submitted form does not become a draft again."))
        if untold := [name for name, why in told.items() if not why]:
            raise ReasonsNeeded(untold)


def _reasons(
    definition: Form,
    entry: FormEntry,
    kept: Mapping[str, Any],
    reason: str,
    reasons: Mapping[str, str],
) -> dict[str, str]:
    """Why each changed item of a submitted form is changed, as far as it was said."""
    if entry.state != EntryState.SUBMITTED or not entry.revision:
        return {}
    return {
        item.name: (reasons.get(item.name) or reason).strip()
        for item in definition.items
        if not item.computed and kept.get(item.name) != entry.answers.get(item.name)
    }


def _noted(
    entry: FormEntry,
    found: Sequence[Finding],
    kept: Mapping[str, Any],
    remarks: Mapping[str, str],
) -> list[dict[str, Any]]:
    """What is unlikely, each with the reason it is kept for: said now, or before of the same
    answer."""
    before = {(note["item"], note["code"]): note for note in entry.remarks}
    noted, untold = [], []
    for finding in found:
        answer, old = kept.get(finding.item), before.get((finding.item, finding.code))
        said = remarks.get(finding.key, "").strip()
        if not said and old and old["answer"] == answer:
            said = old["reason"]
        noted.append({**finding.stored(), "answer": answer, "reason": said})
        untold += [] if said else [finding]
    if untold:
        raise FormUnlikely(untold)
    return noted


def settle_surgical_step(participant: Participant) -> None:
    """The finding may be recorded before the reads, which are blind to it, are adjudicated; the
    step itself follows when both are there."""
    recorded = FormEntry.objects.filter(
        participant=participant, form="surgical_finding", state=EntryState.SUBMITTED
    )
    if participant.state == State.ADJUDICATED and recorded.exists():
        way.step(participant, State.SURGERY_RECORDED)
