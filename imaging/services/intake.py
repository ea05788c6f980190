"""Files arrive: one way in for every door. Nothing is parsed here; a job does that later."""

from __future__ import annotations

from typing import IO
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from enrollment.models import Participant
from enrollment.services import way
from enrollment.services.closing import refuse_closed
from imaging import storage
from imaging.models import Intake, IntakeFile, IntakeState, Peer
from imaging.models.intake import Door
from studysite.core import jobs
from studysite.core.access import require, scoped, sites_for
from studysite.core.acts import about, acting, service, writing_for
from studysite.core.errors import Invalid, NotThere, OutOfOrder
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.said import said

# Longer than any transaction: an arrival's row may be there only when its files are.
LEFT_AFTER_SECONDS = 3600
# A browser that was shut in the middle of an upload; nobody sends files a day apart.
ABANDONED_AFTER_SECONDS = 24 * 3600


@service(Action.UPLOAD_SCAN)
def open_intake(
    *,
    by: User,
    door: str,
    participant: Participant | None = None,
    site: Site | None = None,
    peer: Peer | None = None,
) -> Intake:
    """Begin an arrival. The sender may say whose scan it is; the files must then say the same."""
    at = participant.site if participant else site or sites_for(by, Action.UPLOAD_SCAN).first()
    if at is None:
        raise NotThere(_("You have no site at which scans arrive."))
    require(by, Action.UPLOAD_SCAN, at)
    if participant is not None:
        refuse_closed(participant)
    about(participant.number if participant else "", said("Arrival opened"))
    return Intake.objects.create(
        site=at, door=Door(door), participant=participant, peer=peer, by=by
    )


def add_file(*, by: User, intake: Intake, stream: IO[bytes]) -> IntakeFile:
    """Put one file on the spool; it is on disk when this returns. The act on record is the
    arrival's, not each of its hundreds of files'. Bytes are written before the transaction
    begins, so that a slow disk holds nobody up."""
    require(by, Action.UPLOAD_SCAN, intake.site)
    draft = storage.spool(intake.pk, stream)
    try:
        return number_file(by=by, intake=intake, draft=draft)
    finally:
        draft.path.unlink(missing_ok=True)


def number_file(
    *, by: User, intake: Intake, draft: storage.Draft, key: UUID | None = None
) -> IntakeFile:
    """Make a file that is on the disk one of an arrival's. Under the same key it is one file."""
    with writing_for(by, Action.UPLOAD_SCAN):
        row = Intake.objects.select_for_update().get(pk=intake.pk)
        if key and (known := row.files.filter(key=key).first()):
            draft.path.unlink(missing_ok=True)
            return known
        if row.state != IntakeState.OPEN:
            raise OutOfOrder(_("This arrival is closed; start another one."))
        number = (row.files.aggregate(last=Max("number"))["last"] or 0) + 1
        storage.settle_spooled(draft, row.pk, number)
        return IntakeFile.objects.create(
            intake=row, number=number, size=draft.size, sha256=draft.sha256, key=key
        )


@service(Action.UPLOAD_SCAN)
def close_intake(*, by: User, intake: Intake) -> Intake:
    """End an arrival and ask for the work on it."""
    require(by, Action.UPLOAD_SCAN, intake.site)
    row = Intake.objects.select_for_update().get(pk=intake.pk)
    if row.state != IntakeState.OPEN:
        return row
    if not row.files.exists():
        raise Invalid(_("No file has arrived."), code="no_files")
    _ask_for_work(row, by)
    return row


def _ask_for_work(row: Intake, by: User) -> None:
    subject = row.participant.number if row.participant else ""
    row.state = IntakeState.WAITING
    row.job = jobs.ask(
        kind="intake", key=f"intake:{row.pk}", target=str(row.pk), subject=subject, by=by
    )
    row.save(update_fields=["state", "job"])
    about(subject, said("Files that arrived: %(count)s", count=row.files.count()))


def close_abandoned(now: float) -> int:
    """End the arrivals that nobody ended: what came of them is stored or sealed like any other, and
    does not lie on the spool in clear. Of some only half a file came, which never came. `now` in
    Unix time, s; how many there were."""
    quiet = storage.old_spools(now - ABANDONED_AFTER_SECONDS)
    keys = list(Intake.objects.filter(pk__in=quiet, state=IntakeState.OPEN).values_list("pk"))
    for (pk,) in keys:
        with acting(None, Action.UPLOAD_SCAN):
            row = Intake.objects.select_for_update(of=("self",)).get(pk=pk)
            if row.state == IntakeState.OPEN:
                _end_abandoned(row)
    return len(keys)


def _end_abandoned(row: Intake) -> None:
    if row.files.exists():
        _ask_for_work(row, row.by)
        return
    row.state = IntakeState.DONE
    row.save(update_fields=["state"])
    about(row.participant.number if row.participant else "", said("Nothing came whole"))


def clear_spool(now: float) -> int:
    """Remove what finished arrivals left on the spool because their worker died a moment too soon.
    `now` in Unix time, s; how many were removed."""
    _drop_what_never_came(now)
    left = storage.old_spools(now - LEFT_AFTER_SECONDS)
    live = Intake.objects.filter(pk__in=left).exclude(state=IntakeState.DONE)
    dead = set(left) - set(live.values_list("pk", flat=True))
    for pk in dead:
        storage.empty_spool(pk)
    return len(dead)


def _drop_what_never_came(now: float) -> None:
    """Files of an arrival that was left open, whose upload was cut before it was acknowledged: they
    have no rows. What nodes send has none either until the arrival is closed, and stays."""
    quiet = storage.old_spools(now - ABANDONED_AFTER_SECONDS)
    found = Intake.objects.filter(pk__in=quiet, state=IntakeState.OPEN, files__isnull=True)
    for pk in found.exclude(door__in=(Door.STORE, Door.WEB)).values_list("pk", flat=True):
        storage.empty_spool(pk)


def find_intake(*, by: User, pk: UUID) -> Intake:
    """An arrival at one of the person's sites; otherwise there is none."""
    row = scoped(Intake.objects.all(), by, Action.UPLOAD_SCAN).filter(pk=pk).first()
    if row is None:
        raise NotThere(_("There is no such arrival."))
    return row


def find_participant(*, by: User, number: str) -> Participant:
    """The participant whose scan a person brings."""
    return way.find(by=by, number=number, action=Action.UPLOAD_SCAN)
