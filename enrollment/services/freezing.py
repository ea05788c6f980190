"""Freezing data while they are cleaned, and letting them thaw. Locks are in `reports`, where the
whole case is known."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Closure, Participant
from enrollment.models.closing import Level, Scope
from enrollment.protocol.loader import current
from enrollment.services.closing import closure_over
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, NotThere, OutOfOrder
from studysite.core.models import Job, JobState, Site, User
from studysite.core.roles import Action
from studysite.core.said import said

# Work whose result becomes part of a participant's data.
DATA_JOBS = ("intake", "measure")


@service(Action.FREEZE)
def freeze(
    *, by: User, participant: Participant | None = None, visit: str = "", reason: str
) -> Closure:
    """Freeze a visit of a participant, a participant, or (with neither) the study: no data are
    entered, while queries, verification and signatures go on."""
    closure = close(
        by=by, action=Action.FREEZE, level=Level.FROZEN, participant=participant, visit=visit,
        reason=reason,
    )  # fmt: skip
    about(participant.number if participant else "", outcome(closure, said("Frozen")))
    return closure


@service(Action.FREEZE)
def unfreeze(*, by: User, closure: Closure, reason: str) -> Closure:
    """Let frozen data be entered again. What is locked as well stays locked."""
    require_where(by, Action.FREEZE, closure.participant)
    require_reason(reason)
    row = (
        Closure.objects.select_for_update(of=("self",))
        .select_related("participant")
        .get(pk=closure.pk)
    )
    if row.level != Level.FROZEN or row.reopened_at:
        raise OutOfOrder(_("This is not frozen (any more)."))
    reopen(row, by, reason)
    about(row.participant.number if row.participant else "", outcome(row, said("Unfrozen")))
    return row


def close(
    *,
    by: User,
    action: Action,
    level: Level,
    participant: Participant | None,
    visit: str,
    reason: str,
    dataset_sha256: str = "",
) -> Closure:
    """Write a freeze or a lock, within the act of a service."""
    require_where(by, action, participant)
    require_reason(reason)
    if participant is None:
        hold_everyone()
    else:
        # Held, so that whoever is writing into the record finishes first.
        Participant.objects.select_for_update().get(pk=participant.pk)
        if visit and not participant.visits.filter(key=visit).exists():
            raise NotThere(_("This participant has no such visit."))
    refuse_while_work_goes_on(participant)
    scope = Scope.STUDY if participant is None else Scope.VISIT if visit else Scope.PARTICIPANT
    try:
        with transaction.atomic():
            return Closure.objects.create(
                level=level,
                scope=scope,
                participant=participant,
                visit=visit,
                reason=reason.strip(),
                by=by,
                dataset_sha256=dataset_sha256,
            )
    except IntegrityError as error:
        raise Conflict(_("This is frozen or locked already.")) from error


def reopen(closure: Closure, by: User, reason: str) -> None:
    """Write that a freeze or a lock is over, within the act of a service."""
    closure.reopened_at, closure.reopened_by = timezone.now(), by
    closure.reopened_reason = reason.strip()
    closure.save(update_fields=["reopened_at", "reopened_by", "reopened_reason"])


def hold_everyone() -> None:
    """Whoever is writing into a record, or screening somebody, finishes first; nobody else begins
    until this act ends."""
    # A screening holds its site. No key is locked: rows that only point to a site go on.
    sites = Site.objects.select_for_update(no_key=True).order_by("pk")
    list(sites.values_list("pk", flat=True))
    list(Participant.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def require_where(by: User, action: Action, participant: Participant | None) -> None:
    """Whose site it is decides; the whole study needs the permission at every site."""
    if participant is not None:
        return require(by, action, participant.site)
    for site in Site.objects.all():
        require(by, action, site)
    return None


def require_reason(reason: str) -> None:
    """Why, or nothing is done."""
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")


def refuse_while_work_goes_on(participant: Participant | None) -> None:
    """What a worker is about to write would land in data that are closed."""
    going = Job.objects.filter(kind__in=DATA_JOBS, state__in=[JobState.QUEUED, JobState.RUNNING])
    if participant is not None:
        going = going.filter(subject=participant.number)
    if going.exists():
        raise OutOfOrder(_("A scan or a measurement is still being worked on; wait for it."))


def outcome(closure: Closure, done: str) -> str:
    """What an act came to, as it is kept: what was done, and to what."""
    if closure.scope == Scope.STUDY:
        return said("%(done)s: the study", done=done)
    if closure.scope == Scope.VISIT:
        plan = current().find_visit(closure.visit)
        visit = plan.in_both if plan else closure.visit
        return said("%(done)s: %(visit)s", done=done, visit=visit)
    return done


def is_closed(participant: Participant, visit: str = "") -> bool:
    """Whether data may not be entered, for pages that would offer it."""
    return closure_over(participant, visit=visit) is not None
