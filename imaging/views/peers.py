"""The DICOM nodes that may send scans, for the administrator."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imaging.models import Peer
from imaging.services import archives
from imaging.services import peers as nodes
from imaging.webforms import DestinationForm, PeerForm
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action
from studysite.core.webforms import CloseForm

ROWS_A_PAGE = 50


@page(Action.MANAGE_PEERS)
def peers(request: StudyRequest) -> HttpResponse:
    """Every node of the person's sites, and what they are to call us."""
    here = Paginator(nodes.peers(request.user), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"room": "peers", "page_obj": here, "our_title": settings.DICOM_AE_TITLE}
    return render(request, "imaging/peers.html", context)


@page(Action.MANAGE_PEERS)
def add(request: StudyRequest) -> HttpResponse:
    """List one more node."""
    form = PeerForm(request.POST or None, by=request.user)
    if form.is_valid():
        with form.refusing():
            nodes.add_peer(by=request.user, **form.cleaned_data)
            return redirect("imaging:peers")
    context = {"room": "peers", "form": form}
    return render(request, "imaging/peer_new.html", context, status=form.status)


@page(Action.MANAGE_PEERS)
def peer(request: StudyRequest, pk: int) -> HttpResponse:
    """One node, and its leave to send."""
    row = nodes.find_peer(by=request.user, pk=pk)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            nodes.set_peer_active(
                by=request.user, peer=row, active=not row.is_active, **form.cleaned_data
            )
            return redirect("imaging:peers")
    return _shown(request, row, form, DestinationForm(initial=_place(row)))


@page(Action.MANAGE_PEERS)
@require_POST
def destination(request: StudyRequest, pk: int) -> HttpResponse:
    """Say where a node takes scans from here."""
    row = nodes.find_peer(by=request.user, pk=pk)
    form = DestinationForm(request.POST)
    if form.is_valid():
        with form.refusing():
            archives.set_destination(by=request.user, peer=row, **form.cleaned_data)
            return redirect("imaging:peer", pk)
    return _shown(request, row, CloseForm(), form)


@page(Action.MANAGE_PEERS)
@require_POST
def call(request: StudyRequest, pk: int) -> HttpResponse:
    """Ask a node whether it is there, and say what it answers."""
    row = nodes.find_peer(by=request.user, pk=pk)
    try:
        archives.call(by=request.user, peer=row)
        messages.success(request, _("%(node)s answers to C-ECHO.") % {"node": row.ae_title})
    except archives.Unreachable as trouble:
        sentence = _("%(node)s was called: %(why)s")
        messages.error(request, sentence % {"node": row.ae_title, "why": trouble})
    return redirect("imaging:peer", pk)


def _place(row: Peer) -> dict[str, Any]:
    return {"host": row.host, "port": row.port, "tls": row.tls}


def _shown(
    request: StudyRequest, row: Peer, form: CloseForm, place: DestinationForm
) -> HttpResponse:
    facts = [
        (_("Name"), row.name),
        (_("Application entity title"), row.ae_title),
        (_("Address or network"), row.network),
        (_("Site"), row.site.name),
        (_("May send"), _("Yes") if row.is_active else _("No")),
        (_("Last sent"), row.intakes.values_list("at", flat=True).first()),
        (_("Takes scans at"), _where(row)),
    ]
    context = {
        "room": "peers",
        "peer": row,
        "facts": facts,
        "form": form,
        "destination_form": place,
    }
    bound = place if place.is_bound else form
    return render(request, "imaging/peer.html", context, status=bound.status)


def _where(row: Peer) -> str:
    if not row.host:
        return _("Nowhere: it only sends")
    if row.tls:
        return _("%(host)s, port %(port)s, by TLS") % {"host": row.host, "port": row.port}
    return _("%(host)s, port %(port)s") % {"host": row.host, "port": row.port}
