"""A person settles what waits: matches it to a participant, or refuses it with a reason."""

from __future__ import annotations

import io

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Participant
from enrollment.services.closing import refuse_closed
from imaging import storage
from imaging.models import Held, HeldState, Intake
from imaging.models.intake import Door
from imaging.services.intake import add_file, close_intake
from studysite.core.access import require, scoped
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


def waiting_for(by: User, action: Action = Action.SEE_SCANS) -> QuerySet[Held]:
    """What waits at the person's sites, oldest first."""
    held = Held.objects.select_related("intake__site", "intake__participant")
    rows = scoped(held, by, action, "intake__site")
    return rows.filter(state=HeldState.WAITING).order_by("at")


def held_rows(*, by: User, state: str) -> QuerySet[Held]:
    """Held files of the person's sites in a state: those that wait oldest first, else newest."""
    rows = scoped(
        Held.objects.select_related("intake__site", "intake__participant", "settled_by"),
        by,
        Action.SEE_SCANS,
        "intake__site",
    )
    order = "at" if state == HeldState.WAITING else "-settled_at"
    return rows.filter(state=state).order_by(order, "pk")


def find_held(*, by: User, pk: int, action: Action = Action.SEE_SCANS) -> Held:
    """One held set of files at the person's sites; otherwise there is none."""
    rows = scoped(Held.objects.select_related("intake__site"), by, action, "intake__site")
    held = rows.filter(pk=pk).first()
    if held is None:
        raise NotThere(_("There is no such held scan."))
    return held


@service(Action.SETTLE_HELD_SCAN)
def match_held(*, by: User, held: Held, participant: Participant, reason: str) -> Intake:
    """Vouch that a held scan is a participant's, and send it in again."""
    row = _open(by, held, reason)
    if participant.site_id != row.intake.site_id:
        raise Invalid(_("This participant belongs to another site."), field="participant")
    refuse_closed(participant)
    intake = Intake.objects.create(
        site=participant.site, door=Door.SETTLED, participant=participant, vouched=True, by=by
    )
    for file in row.files.order_by("sha256"):
        add_file(by=by, intake=intake, stream=io.BytesIO(storage.unseal(file.sha256)))
    _settle(row, by, HeldState.MATCHED, reason)
    about(participant.number, said("Held scan matched. It waited because: %(why)s", why=row.reason))
    return close_intake(by=by, intake=intake)


@service(Action.SETTLE_HELD_SCAN)
def refuse_held(*, by: User, held: Held, reason: str) -> Held:
    """Refuse a held scan for good; its bytes stay sealed."""
    row = _open(by, held, reason)
    _settle(row, by, HeldState.REFUSED, reason)
    about(
        row.intake.participant.number if row.intake.participant else "",
        said("Held scan refused. It waited because: %(why)s", why=row.reason),
    )
    return row


def _open(by: User, held: Held, reason: str) -> Held:
    require(by, Action.SETTLE_HELD_SCAN, held.intake.site)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    row = Held.objects.select_for_update().select_related("intake").get(pk=held.pk)
    if row.state != HeldState.WAITING:
        raise OutOfOrder(_("This scan is already settled."))
    return row


def _settle(row: Held, by: User, state: HeldState, reason: str) -> None:
    row.state, row.settled_by, row.settled_reason = state, by, reason.strip()
    row.settled_at = timezone.now()
    row.save(update_fields=["state", "settled_by", "settled_reason", "settled_at"])
