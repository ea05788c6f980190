"""Scans sent by scanners and archives, over the DICOM network or by DICOMweb.

What a node or a person sends, over however many associations or requests and to whichever process,
is one arrival, which closes itself once they have been quiet for a while.
"""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, close_old_connections

from imaging import spooled
from imaging.dicom.network import pdu
from imaging.dicom.network.provider import NoRoom
from imaging.models import Intake, IntakeFile, IntakeState, Peer
from imaging.models.intake import Door
from imaging.services.intake import close_intake, open_intake
from imaging.services.peers import known_peer
from studysite.core.access import require, sites_for
from studysite.core.accounts import receiver_account
from studysite.core.acts import about, service
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.said import said

MOST_FILES = 20_000


class NetworkDesk:
    """Who may send, and where what one association sends is put."""

    def __init__(self) -> None:
        self._peer: Peer | None = None
        self._place: spooled.Place | None = None
        self._count = 0

    def refusal(self, calling: str, called: str, address: str) -> tuple[int, int, int] | None:
        """Why this caller is refused; None where it is a node we know, calling us by our name."""
        if called != settings.DICOM_AE_TITLE:
            return pdu.CALLED_NOT_KNOWN
        self._peer = known_peer(ae_title=calling, address=address)
        return None if self._peer else pdu.CALLING_NOT_KNOWN

    def begin(self) -> spooled.Incoming:
        """A place for one object. Raises NoRoom."""
        if self._peer is None:
            raise NoRoom
        if self._place is None:
            self._place = join_network(self._peer)
            close_old_connections()
        self._count += 1
        if self._count > MOST_FILES:
            raise NoRoom
        return spooled.Incoming(self._place.folder)

    def leave(self) -> None:
        """The association is over."""
        if self._place is not None:
            self._place.release()
        self._place = None
        close_old_connections()


def join_network(peer: Peer) -> spooled.Place:
    """A node's open arrival, kept open."""
    by = receiver_account(peer.site)
    return _join(by=by, door=Door.STORE, site=peer.site, peer=peer)


def join_web(by: User) -> spooled.Place:
    """A person's open arrival by DICOMweb, kept open."""
    site = sites_for(by, Action.UPLOAD_SCAN).order_by("pk").first()
    require(by, Action.UPLOAD_SCAN, site)
    return _join(by=by, door=Door.WEB, site=site, peer=None)


def _join(*, by: User, door: Door, site: Site | None, peer: Peer | None) -> spooled.Place:
    theirs = Intake.objects.filter(by=by, door=door, site=site, peer=peer, state=IntakeState.OPEN)
    while True:
        intake = theirs.first()
        if intake is None:
            try:
                intake = open_intake(by=by, door=door, site=site, peer=peer)
            except IntegrityError:
                continue  # another association of the node, or request, was faster
        place = spooled.open_place(intake.pk)
        if Intake.objects.filter(pk=intake.pk, state=IntakeState.OPEN).exists():
            return place
        place.release()


def close_quiet() -> int:
    """Close the arrivals whose senders have been quiet for long enough; how many."""
    closed = 0
    rows = Intake.objects.filter(door__in=(Door.STORE, Door.WEB), state=IntakeState.OPEN)
    for intake in rows.select_related("by", "site", "peer"):
        if spooled.quiet_for(intake.pk) < settings.DICOM_QUIET_SECONDS:
            continue
        with spooled.alone_in(intake.pk) as folder:
            if folder is not None:
                close_received(by=intake.by, intake=intake)
                closed += 1
    return closed


@service(Action.UPLOAD_SCAN)
def close_received(*, by: User, intake: Intake) -> Intake:
    """End an arrival over the network, list its files, and ask for the work on it. Called by
    whoever is alone in its folder."""
    require(by, Action.UPLOAD_SCAN, intake.site)
    row = Intake.objects.select_for_update().get(pk=intake.pk)
    if row.state != IntakeState.OPEN:
        return row
    files = spooled.settle(spooled.folder_of(row.pk))
    if not files:
        row.state = IntakeState.DONE
        row.save(update_fields=["state"])
        about("", said("Nothing came whole"))
        return row
    IntakeFile.objects.bulk_create(
        IntakeFile(intake=row, number=number, size=file.size, sha256=file.sha256)
        for number, file in enumerate(files, start=1)
    )
    return close_intake(by=by, intake=row)
