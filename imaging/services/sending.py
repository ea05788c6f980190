"""Scans sent to a hospital's archive by C-STORE: asked for by a person, done by a worker.

What goes is what the person may see: the stored, de-identified images, and what was made of a
measurement of them. What the archive took is remembered, so that another try sends the rest alone.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pydicom
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment import usable
from enrollment.models import Participant
from imaging import storage
from imaging.dicom.errors import DicomRefused
from imaging.dicom.network.sender import Parcel, Sending
from imaging.dicom.part10 import named
from imaging.models import Dispatch, Measurement, MeasurementState, Peer, Series
from imaging.services.archives import Unreachable, archives_of, reached
from imaging.services.standard_objects import made_of
from imaging.services.statuses import DUPLICATE, is_taken, why_refused
from studysite.core import jobs
from studysite.core.access import require, scoped
from studysite.core.acts import about, acting, service
from studysite.core.errors import Conflict, Invalid, NotThere, OutOfOrder
from studysite.core.models import JobState, User
from studysite.core.roles import Action
from studysite.core.said import kept, said

log = logging.getLogger(__name__)
KIND = "send"


def dispatches_of(series: Series) -> QuerySet[Dispatch]:
    """What was sent of a series, the newest first."""
    return series.dispatches.select_related("peer", "by", "job", "measurement")


def find_dispatch(*, by: User, pk: int) -> Dispatch:
    """One of them at the person's sites; otherwise there is none."""
    rows = Dispatch.objects.select_related("series__participant__site", "peer", "job")
    mine = scoped(rows, by, Action.SEND_SCANS, "series__participant__site")
    row = mine.filter(pk=pk).first()
    if row is None:
        raise NotThere(_("Nothing of the kind was sent."))
    return row


@service(Action.SEND_SCANS)
def send_scan(
    *, by: User, series: Series, peer: Peer, measurement: Measurement | None = None
) -> Dispatch:
    """Send a series to an archive of its site, with what was made of a measurement of it where one
    is named."""
    site = series.participant.site
    require(by, Action.SEND_SCANS, site)
    require(by, Action.SEE_IMAGES, site)
    if not archives_of(site).filter(pk=peer.pk).exists():
        raise Invalid(_("This node takes no scans of this site."), field="peer")
    if measurement is not None:
        _refuse_unmeasured(series, measurement)
    participant = Participant.objects.select_for_update().get(pk=series.participant_id)
    _refuse_withdrawn(participant)
    same = dispatches_of(series).filter(peer=peer)
    if same.filter(job__state__in=(JobState.QUEUED, JobState.RUNNING)).exists():
        raise Conflict(_("This series is on its way to this node already."))
    row = Dispatch.objects.create(peer=peer, series=series, measurement=measurement, by=by)
    _ask(row, participant, by)
    about(participant.number, said("To be sent to %(node)s", node=peer.ae_title))
    return row


@service(Action.SEND_SCANS)
def send_again(*, by: User, dispatch: Dispatch) -> Dispatch:
    """Send what an archive has not taken yet."""
    require(by, Action.SEND_SCANS, dispatch.series.participant.site)
    row = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
    if not row.may_go_again:
        raise OutOfOrder(_("Nothing of it is left to send, or it is on its way."))
    participant = row.series.participant
    _refuse_withdrawn(participant)
    if row.job is not None and row.job.state == JobState.FAILED:
        jobs.retry(row.job)
    else:
        row.attempts, row.finished_at = row.attempts + 1, None
        row.save(update_fields=["attempts", "finished_at"])
        _ask(row, participant, by)
    about(participant.number, said("To be sent to %(node)s again", node=row.peer.ae_title))
    return row


def _ask(row: Dispatch, participant: Participant, by: User) -> None:
    row.job = jobs.ask(
        kind=KIND,
        key=f"{KIND}:{row.pk}:{row.attempts}",
        target=str(row.pk),
        subject=participant.number,
        by=by,
    )
    row.save(update_fields=["job"])


def _refuse_unmeasured(series: Series, measurement: Measurement) -> None:
    if measurement.series_id != series.pk:
        raise Invalid(_("This measurement is of another series."), field="measurement")
    if measurement.state != MeasurementState.MEASURED:
        sentence = _("This measurement has no result of which objects could be made.")
        raise OutOfOrder(sentence, field="measurement")


def _refuse_withdrawn(participant: Participant) -> None:
    rows = Participant.objects.filter(pk=participant.pk)
    if not usable.usable(usable.usable(rows), usable.IMAGES).exists():
        raise OutOfOrder(_("Who left does not let these images be used: they are not sent."))


@dataclass(frozen=True)
class _Going:
    """One object on its way: its name, what it is in words, and its file once it is wanted."""

    sop_class: str
    uid: str
    what: str
    content: bytes | None = None
    sha256: str = ""

    def parcel(self) -> Parcel:
        content = storage.scan_bytes(self.sha256) if self.content is None else self.content
        return Parcel(self.sop_class, self.uid, content)


def perform(held: jobs.Held) -> None:
    """Send what is left of one dispatch. What was taken stays taken if the archive breaks off."""
    row = Dispatch.objects.select_related("series__participant", "peer", "measurement", "by").get(
        pk=held.job.target
    )
    if row.finished_at is not None:
        with held.storing():
            return
    _refuse_withdrawn(row.series.participant)
    if not row.peer.takes_scans:
        raise OutOfOrder(_("This node takes no scans from here."))
    held.progress(0.02, said("Gathering what is sent"))
    everything = list(_everything(row))
    row.objects_count = len(everything)
    taken = set(row.taken)
    left = [one for one in everything if one.uid not in taken]
    row.refused = []
    trouble = _send(row, left, held) if left else None
    if trouble is not None:
        with acting(row.by, Action.SEND_SCANS, subject=held.job.subject):
            row.save(update_fields=["taken", "refused", "objects_count"])
            about(held.job.subject, _outcome(row))
        raise trouble
    with acting(row.by, Action.SEND_SCANS, subject=held.job.subject), held.storing():
        row.finished_at = timezone.now()
        row.save(update_fields=["taken", "refused", "objects_count", "finished_at"])
        about(held.job.subject, _outcome(row))


def _send(row: Dispatch, left: list[_Going], held: jobs.Held) -> Unreachable | None:
    """Send one after the other, noting what came of each; why it broke off, where it did."""
    kinds = [one.sop_class for one in left]
    with reached(row.peer, kinds) as sending:
        for number, one in enumerate(left):
            share = 0.05 + 0.95 * number / len(left)
            held.progress(share, said("%(n)s of %(all)s sent", n=number, all=len(left)))
            try:
                _note(row, one, _stored(sending, one))
            except DicomRefused as refusal:
                sentence = said(
                    "%(node)s took %(n)s of %(all)s, then: %(why)s",
                    node=row.peer.ae_title, n=len(row.taken), all=row.objects_count,
                    why=kept(refusal.sentence),
                )  # fmt: skip
                return Unreachable(sentence, code=refusal.code)
    return None


def _stored(sending: Sending, one: _Going) -> int | None:
    """The status of the node's answer; None where it does not take objects of this kind."""
    return sending.store(one.parcel()) if sending.takes(one.sop_class) else None


def _note(row: Dispatch, one: _Going, status: int | None) -> None:
    if status is not None and is_taken(status):
        row.taken.append(one.uid)
        if status == DUPLICATE:
            log.info("%s has %s already.", row.peer.ae_title, one.uid)
        return
    row.refused.append({"uid": one.uid, "what": one.what, "sentence": why_refused(status)})


def _everything(row: Dispatch) -> Iterator[_Going]:
    """All objects of a dispatch, the images first."""
    for instance in row.series.instances.order_by("number"):
        found = named(storage.scan_bytes(instance.sha256)[:4096])
        if found is None:
            raise OutOfOrder(_("A stored image cannot be read: run scrub_scans."))
        what = said("Image %(n)s", n=instance.number)
        yield _Going(found.sop_class, found.sop_instance, what, sha256=instance.sha256)
    if row.measurement is not None:
        for made in made_of(row.measurement):
            what = said("%(kind)s %(what)s", kind=made.Modality, what=_described(made))
            yield _Going(made.SOPClassUID, made.SOPInstanceUID, what, content=_written(made))


def _described(made: pydicom.Dataset) -> str:
    return str(made.get("ImageComments") or made.get("SeriesDescription") or "")


def _written(made: pydicom.Dataset) -> bytes:
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _outcome(row: Dispatch) -> str:
    if row.refused:
        return said(
            "%(node)s took %(n)s of %(all)s and refused %(refused)s",
            node=row.peer.ae_title, n=len(row.taken), all=row.objects_count,
            refused=len(row.refused),
        )  # fmt: skip
    return said(
        "%(node)s took %(n)s of %(all)s",
        node=row.peer.ae_title, n=len(row.taken), all=row.objects_count,
    )  # fmt: skip
