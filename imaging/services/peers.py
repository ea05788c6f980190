"""The DICOM nodes that may send scans, and at which site each stands."""

from __future__ import annotations

import ipaddress
import re

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from imaging.models import Peer
from imaging.services.archives import check_place
from studysite.core.access import require, scoped
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, NotThere
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.said import said

# The default repertoire without backslash and control characters; upper case, as scanners have it.
AE_TITLE = re.compile(r"[A-Z0-9_.\-]{1,16}")


def peers(by: User) -> QuerySet[Peer]:
    """The nodes of the sites that a person administers."""
    return scoped(Peer.objects.select_related("site"), by, Action.MANAGE_PEERS)


def find_peer(*, by: User, pk: int) -> Peer:
    """One of them; otherwise there is none."""
    row = peers(by).filter(pk=pk).first()
    if row is None:
        raise NotThere(_("There is no such node."))
    return row


@service(Action.MANAGE_PEERS)
def add_peer(
    *,
    by: User,
    site: Site,
    name: str,
    ae_title: str,
    network: str,
    host: str = "",
    port: int | None = None,
    tls: bool = False,
) -> Peer:
    """Let a scanner or an archive send scans to a site; with a host and a port, take them too."""
    require(by, Action.MANAGE_PEERS, site)
    if not name.strip():
        raise Invalid(_("The name is required."), field="name")
    if not AE_TITLE.fullmatch(ae_title):
        sentence = _("A title has up to 16 capital letters, digits, hyphens, dots, underscores.")
        raise Invalid(sentence, field="ae_title")
    if Peer.objects.filter(ae_title=ae_title).exists():
        raise Conflict(_("There is a node with this title."), field="ae_title")
    check_place(host.strip(), port, tls)
    about(ae_title, said("Node added at %(site)s", site=site.code))
    return Peer.objects.create(
        site=site,
        name=name.strip(),
        ae_title=ae_title,
        network=_network(network),
        host=host.strip(),
        port=port or None,
        tls=tls and bool(host.strip()),
    )


@service(Action.MANAGE_PEERS)
def set_peer_active(*, by: User, peer: Peer, active: bool, reason: str) -> Peer:
    """Take a node's leave to send, or give it back."""
    require(by, Action.MANAGE_PEERS, peer.site)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    row = Peer.objects.select_for_update().get(pk=peer.pk)
    row.is_active = active
    row.save(update_fields=["is_active"])
    about(row.ae_title, said("Node may send again") if active else said("Node may not send"))
    return row


def known_peer(*, ae_title: str, address: str) -> Peer | None:
    """The node that calls by this title from this address, if it may send."""
    row = Peer.objects.select_related("site").filter(ae_title=ae_title, is_active=True).first()
    if row is None:
        return None
    caller = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(caller, "ipv4_mapped", None)
    return row if (mapped or caller) in ipaddress.ip_network(row.network) else None


def _network(words: str) -> str:
    try:
        return str(ipaddress.ip_network(words.strip()))
    except ValueError as error:
        sentence = _("This is no address and no network, such as 10.1.2.3 or 10.1.2.0/24.")
        raise Invalid(sentence, field="network") from error
