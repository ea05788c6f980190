"""Sending a series from its page and by the API, and listing an archive."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from imaging.models import Dispatch, Peer, Series
from studysite.core.models import User
from tests.imaging.archive_desk import WIDE, Titled, done
from tests.imaging.network.listening import listening

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
At = Callable[..., Peer]


def test_the_page_sends_shows_and_sends_again(
    stored: Series, at: At, investigator: User, client: Client
) -> None:
    client.force_login(investigator)
    page = f"/series/{stored.pk}/sending/"
    assert "No archive yet" in client.get(page).content.decode()
    shelf = Titled(room=23)
    with listening(shelf, WIDE) as port:
        peer = at(port)
        assert client.post(page, {"peer": peer.pk}).status_code == 302
        shown = client.get(page, headers={"HX-Request": "true"}).content.decode()
        assert "every 1s" in shown
        done(Dispatch.objects.get())
        shown = client.get(page).content.decode()
        assert "23 of 24 taken" in shown
        assert "Image 24" in shown
        assert "every 1s" not in shown
        shelf.room = 24
        client.post(f"/sendings/{Dispatch.objects.get().pk}/again/")
        done(Dispatch.objects.get())
    shown = client.get(page).content.decode()
    assert "24 of 24 taken" in shown
    assert "Send the rest again" not in shown


def test_the_api_sends_as_the_page_does(
    stored: Series, at: At, investigator: User, client: Client
) -> None:
    client.force_login(investigator)
    with listening(Titled(), WIDE) as port:
        at(port)
        sent = client.post(
            f"/api/v1/series/{stored.pk}/sendings/",
            json.dumps({"node": "PACS"}), content_type="application/json",
        )  # fmt: skip
        assert sent.status_code == 202
        done(Dispatch.objects.get())
    (found,) = client.get(f"/api/v1/series/{stored.pk}/sendings/").json()
    assert (found["node"], len(found["taken"]), found["refused"]) == ("PACS", 24, [])


def test_an_administrator_says_on_the_page_where_a_node_takes_scans(
    at: At, administrator: User, client: Client
) -> None:
    client.force_login(administrator)
    with listening(Titled()) as port:
        peer = at(9)
        shown = client.post(f"/nodes/{peer.pk}/call/", follow=True).content.decode()
        assert "PACS was called: Nobody answers there." in shown
        place = {"host": "127.0.0.1", "port": port, "reason": "Moved."}
        assert client.post(f"/nodes/{peer.pk}/destination/", place).status_code == 302
        shown = client.post(f"/nodes/{peer.pk}/call/", follow=True).content.decode()
        assert "PACS answers to C-ECHO." in shown
    wrong = client.post(f"/nodes/{peer.pk}/destination/", {"host": "x", "reason": "Moved."})
    assert wrong.status_code == 422
    assert "both a host and a port" in wrong.content.decode()
