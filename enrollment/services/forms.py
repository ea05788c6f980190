"""Saving and submitting case report forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from enrollment.crfs.definition import Form, Problem, check
from enrollment.crfs.registry import form_of
from enrollment.journey import State
from enrollment.models import FormEntry, FormRevision, Participant
from enrollment.models.forms import EntryState
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.consent import require_consent
from enrollment.services.eligibility import recompute
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import both, said


class FormInvalid(Invalid):
    """Answers that cannot be kept, each with its sentence."""

    code = "form_invalid"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            " ".join(f"{problem.item}: {problem.sentence}" for problem in problems),
            field=problems[0].item,
        )
        self.problems = problems


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
) -> FormEntry:
    """Keep a form's answers as a new revision. `seen_revision` is the one the person looked at:
    a later one is never overwritten unseen. Changing a submitted form needs a reason."""
    require(by, action_for(form), participant.site)
    definition = form_of(form)
    row = way.hold(participant, visit=visit)
    require_consent(row)
    _check_visit(row, form, visit)
    kept = {name: answer for name, answer in answers.items() if answer not in (None, "")}
    if problems := check(definition, kept, complete=submit):
        raise FormInvalid(problems)
    entry = _entry(row, definition, visit, by)
    _check_change(entry, seen_revision, kept, submit, reason)
    entry.form_version, entry.answers, entry.by = definition.version, kept, by
    entry.state = EntryState.SUBMITTED if submit else EntryState.DRAFT
    entry.revision += 1
    entry.save()
    FormRevision.objects.create(
        entry=entry,
        number=entry.revision,
        form_version=definition.version,
        state=entry.state,
        answers=kept,
        reason=reason.strip(),
        by=by,
    )
    settle_surgical_step(row)
    recompute(row)
    plan = next(plan for plan in current().visits if plan.key == visit)
    done = said(
        "Form %(form)s at %(visit)s, revision %(revision)s",
        form=both(en=definition.title_en, zh=definition.title_zh),
        visit=plan.in_both,
        revision=entry.revision,
    )
    about(row.number, done, action=action_for(form))
    participant.refresh_from_db()
    return entry


def _check_visit(participant: Participant, form: str, visit: str) -> None:
    plans = {plan.key: plan for plan in current().visits}
    if visit not in plans or form not in plans[visit].forms:
        raise Invalid(_("This form does not belong to this visit."), field="visit")
    if not participant.visits.filter(key=visit).exists():
        raise OutOfOrder(_("This visit is planned when the participant is enrolled."))


def _entry(participant: Participant, form: Form, visit: str, by: User) -> FormEntry:
    entry, _made = FormEntry.objects.select_for_update().get_or_create(
        participant=participant,
        form=form.key,
        visit=visit,
        defaults={"form_version": form.version, "state": EntryState.DRAFT, "by": by},
    )
    return entry


def _check_change(
    entry: FormEntry, seen_revision: int, answers: dict[str, Any], submit: bool, reason: str
) -> None:
    if entry.revision != seen_revision:
        sentence = _(
            "This form was changed meanwhile (revision %(number)d); compare, and save again."
        )
        raise Conflict(sentence % {"number": entry.revision}, code="changed_meanwhile")
    if entry.state == EntryState.SUBMITTED and entry.revision:
        if not submit:
            raise OutOfOrder(_("A submitted form does not become a draft again."))
        if answers != entry.answers and not reason.strip():
            raise Invalid(_("Changing a submitted form needs a reason."), field="reason")


def settle_surgical_step(participant: Participant) -> None:
    """The finding may be recorded before the reads, which are blind to it, are adjudicated; the
    step itself follows when both are there."""
    recorded = FormEntry.objects.filter(
        participant=participant, form="surgical_finding", state=EntryState.SUBMITTED
    )
    if participant.state == State.ADJUDICATED and recorded.exists():
        way.step(participant, State.SURGERY_RECORDED)
