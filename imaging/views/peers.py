"""The DICOM nodes that may send scans, for the administrator."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imaging.services import peers as nodes
from imaging.webforms import PeerForm
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
    facts = [
        (_("Name"), row.name),
        (_("Application entity title"), row.ae_title),
        (_("Address or network"), row.network),
        (_("Site"), row.site.name),
        (_("May send"), _("Yes") if row.is_active else _("No")),
        (_("Last sent"), row.intakes.values_list("at", flat=True).first()),
    ]
    context = {"room": "peers", "peer": row, "facts": facts, "form": form}
    return render(request, "imaging/peer.html", context, status=form.status)
