"""Source data verification: of an answer, a form or a visit; undone by itself when an answer
changes."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.definitions import captured
from enrollment.models import FormEntry, Participant, Verification
from enrollment.models.forms import EntryState
from enrollment.places import Place, PlaceKind
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.queries import check_place
from enrollment.verification import standings
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


@service(Action.VERIFY_SOURCE)
def verify(
    *, by: User, participant: Participant, place: Place, seen_revision: int | None = None
) -> list[Verification]:
    """Say that an answer, or every answer of a form or a visit, was found in the source.
    `seen_revision` is the form's revision that the monitor looked at: one that was changed
    meanwhile is not verified unseen. What is verified already is left as it is."""
    require(by, Action.VERIFY_SOURCE, participant.site)
    row = way.hold_unlocked(participant, visit=place.visit)
    if place.kind not in {PlaceKind.ITEM, PlaceKind.FORM, PlaceKind.VISIT}:
        raise Invalid(_("An answer, a form or a visit is verified."), field="kind")
    check_place(row, place)
    made = [
        new
        for entry in _entries(row, place, seen_revision)
        for new in _verify_entry(by, entry, place)
    ]
    about(
        row.number,
        said("%(count)s answers verified at %(visit)s", count=len(made), visit=_visit(place)),
    )
    return made


@service(Action.VERIFY_SOURCE)
def unverify(*, by: User, participant: Participant, place: Place, reason: str) -> Verification:
    """Take back the verification of one answer, and say why."""
    require(by, Action.VERIFY_SOURCE, participant.site)
    row = way.hold_unlocked(participant, visit=place.visit)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    live = Verification.objects.filter(
        participant=row,
        visit=place.visit,
        form=place.form,
        repeat=place.repeat,
        item=place.name,
        undone_at=None,
    ).first()
    if live is None:
        raise OutOfOrder(_("This answer is not verified."))
    _undo(live, by, live.value, reason.strip())
    about(row.number, said("A verification at %(visit)s taken back", visit=_visit(place)))
    return live


def undo_changed(*, by: User, entry: FormEntry) -> None:
    """Undo the verification of each answer of a form that is another one now, within the act that
    saved it."""
    live = Verification.objects.filter(
        participant=entry.participant,
        visit=entry.visit,
        form=entry.form,
        repeat=entry.repeat,
        undone_at=None,
    )
    for row in live:
        now = entry.answers.get(row.item)
        if now != row.value:
            _undo(row, by, now, "")


def _visit(place: Place) -> object:
    """The visit's name in both languages, as a value of what is kept."""
    plan = current().find_visit(place.visit)
    return plan.in_both if plan else place.visit


def _undo(row: Verification, by: User, now: object, reason: str) -> None:
    row.undone_at, row.undone_by, row.undone_to = timezone.now(), by, now
    row.undone_reason = reason
    row.save(update_fields=["undone_at", "undone_by", "undone_to", "undone_reason"])


def _entries(row: Participant, place: Place, seen_revision: int | None) -> Iterable[FormEntry]:
    """The submitted forms that a place holds; there must be one."""
    rows = FormEntry.objects.filter(participant=row, visit=place.visit)
    if place.form:
        rows = rows.filter(form=place.form, repeat=place.repeat)
    found = [entry for entry in rows if entry.state == EntryState.SUBMITTED]
    if not found:
        raise OutOfOrder(_("Only submitted forms are verified."))
    if seen_revision is not None and any(entry.revision != seen_revision for entry in found):
        raise Conflict(
            _("This form was changed meanwhile; look at it again."), code="changed_meanwhile"
        )
    return found


def _verify_entry(by: User, entry: FormEntry, place: Place) -> list[Verification]:
    shown = standings(captured(entry), entry, entry.participant.number)
    one = place.name if place.kind is PlaceKind.ITEM else ""
    wanted = [each for each in shown if not one or each.item.name == one]
    if not wanted:
        raise NotThere(_("This question was not asked."))
    made = []
    for each in wanted:
        if each.holds:
            continue
        # A row that the answer has left behind without a service is undone first.
        stale = each.verification
        if stale is not None and stale.undone_at is None:
            _undo(stale, by, each.value, "")
        made.append(
            Verification.objects.create(
                participant=entry.participant,
                visit=entry.visit,
                form=entry.form,
                repeat=entry.repeat,
                item=each.item.name,
                value=each.value,
                revision=entry.revision,
                by=by,
            )
        )
    return made
