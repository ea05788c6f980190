"""Where nodes take scans, and whether they answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from imaging.models import Peer
from imaging.services import archives
from imaging.services.archives import Unreachable, call, set_destination
from studysite.core.errors import Invalid
from studysite.core.models import Act, User
from studysite.core.said import say
from tests.imaging.archive_desk import Titled
from tests.imaging.network.listening import listening

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
At = Callable[..., Peer]


def test_calling_a_node_says_whether_it_is_there(at: At, administrator: User) -> None:
    with listening(Titled()) as port:
        peer = at(port)
        call(by=administrator, peer=peer)
    assert say(Act.objects.latest("at").detail) == "Node answered to C-ECHO"
    with pytest.raises(Unreachable, match="Nobody answers there"):
        call(by=administrator, peer=peer)


@pytest.mark.parametrize(
    ("host", "port", "field"),
    [
        ("pacs", None, "host"),
        ("", 104, "host"),
        ("pacs host", 104, "host"),
        ("-pacs", 104, "host"),
        ("pacs", 65536, "port"),
    ],
)
def test_a_place_that_is_none_is_refused(
    at: At, administrator: User, host: str, port: int | None, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        set_destination(
            by=administrator, peer=at(9), host=host, port=port, tls=False, reason="Moved."
        )
    assert refusal.value.field == field


def test_production_sends_off_this_machine_by_tls_alone(
    at: At, administrator: User, settings: Any
) -> None:
    peer = at(9)
    settings.PRODUCTION = True
    given = {"by": administrator, "peer": peer, "port": 104, "reason": "Moved."}
    with pytest.raises(Invalid, match="TLS alone"):
        set_destination(host="pacs.example.org", tls=False, **given)
    set_destination(host="127.0.0.1", tls=False, **given)
    set_destination(host="pacs.example.org", tls=True, **given)
    Peer.objects.filter(pk=peer.pk).update(tls=False)
    peer.refresh_from_db()
    with pytest.raises(Unreachable, match="TLS alone"):
        archives.reached(peer, ["1.2"])
