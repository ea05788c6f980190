"""Nodes that take scans from here: where they are, and whether they answer."""

from __future__ import annotations

import re
import ssl

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from imaging.dicom.deidentify import IMPLEMENTATION_CLASS, IMPLEMENTATION_NAME
from imaging.dicom.errors import DicomRefused
from imaging.dicom.network.addresses import is_loopback
from imaging.dicom.network.messages import SUCCESS, VERIFICATION
from imaging.dicom.network.sender import Node, Patience, Sending
from imaging.models import Peer
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, OutOfOrder, StudyError
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.said import kept, said

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:\-]{0,251}[A-Za-z0-9])?")
MOST_PORT = 65535
IN_A_PAGE = Patience(connect_s=3.0, answer_s=5.0, unit_s=5.0)


class Unreachable(StudyError):
    """The other side is not there, or breaks off. Nothing is wrong here."""

    code = "unreachable"
    status = 502


def archives_of(site: Site) -> QuerySet[Peer]:
    """The nodes of a site that take scans."""
    return Peer.objects.filter(site=site, is_active=True).exclude(host="")


def check_place(host: str, port: int | None, tls: bool) -> None:
    """Refuse where scans cannot go, or must not."""
    if bool(host) != bool(port):
        raise Invalid(_("A node that takes scans has both a host and a port."), field="host")
    if not host:
        return
    if not HOST.fullmatch(host):
        raise Invalid(_("This is no name and no address of a host."), field="host")
    if not 0 < (port or 0) <= MOST_PORT:
        raise Invalid(_("A port is a number from 1 to 65535."), field="port")
    if settings.PRODUCTION and not tls and not is_loopback(host):
        raise Invalid(_("Off this machine scans are sent with TLS alone."), field="tls")


@service(Action.MANAGE_PEERS)
def set_destination(
    *, by: User, peer: Peer, host: str, port: int | None, tls: bool, reason: str
) -> Peer:
    """Say where a node takes scans from here; nowhere, where host and port are left open."""
    require(by, Action.MANAGE_PEERS, peer.site)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    check_place(host.strip(), port, tls)
    row = Peer.objects.select_for_update().get(pk=peer.pk)
    row.host, row.port, row.tls = host.strip(), port or None, tls and bool(host.strip())
    row.save(update_fields=["host", "port", "tls"])
    told = said("Scans go to %(host)s, port %(port)s", host=row.host, port=str(row.port))
    about(row.ae_title, told if row.host else said("Takes no scans from here"))
    return row


@service(Action.MANAGE_PEERS)
def call(*, by: User, peer: Peer) -> Peer:
    """Ask a node by C-ECHO whether it is there. Raises Unreachable with what is wrong."""
    require(by, Action.MANAGE_PEERS, peer.site)
    if not peer.takes_scans:
        raise OutOfOrder(_("This node takes no scans from here."))
    with reached(peer, [VERIFICATION], IN_A_PAGE) as sending:
        if not sending.takes(VERIFICATION):
            raise Unreachable(_("It answers, but not to C-ECHO."))
        try:
            status = sending.echo()
        except DicomRefused as refusal:
            raise Unreachable(kept(refusal.sentence), code=refusal.code) from refusal
    if status != SUCCESS:
        raise Unreachable(_("It answers, but not to C-ECHO."))
    about(peer.ae_title, said("Node answered to C-ECHO"))
    return peer


def reached(peer: Peer, kinds: list[str], patience: Patience | None = None) -> Sending:
    """An association with a node. Raises Unreachable, in a sentence that names it."""
    if settings.PRODUCTION and not peer.tls and not is_loopback(peer.host):
        raise Unreachable(_("Off this machine scans are sent with TLS alone."))
    node = Node(
        host=peer.host,
        port=peer.port or 0,
        called=peer.ae_title,
        calling=settings.DICOM_AE_TITLE,
        implementation=(IMPLEMENTATION_CLASS, IMPLEMENTATION_NAME),
        tls=_encryption() if peer.tls else None,
    )
    try:
        return Sending(node, kinds, patience)
    except DicomRefused as refusal:
        raise Unreachable(kept(refusal.sentence), code=refusal.code) from refusal


def _encryption() -> ssl.SSLContext:
    """TLS with a node whose certificate names its host, by the study's authority where there is
    one, else by the machine's; with our own certificate where we have one."""
    context = ssl.create_default_context(cafile=settings.DICOM_TLS_PEER_AUTHORITY or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.DICOM_TLS_CERTIFICATE:
        context.load_cert_chain(settings.DICOM_TLS_CERTIFICATE, settings.DICOM_TLS_KEY or None)
    return context
