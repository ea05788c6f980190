"""The benchmark of the receiver runs against whichever peers are installed."""

from __future__ import annotations

import pytest

from tests.bench import receiving
from tests.imaging.network.dcmtk import needs_dcmtk


@needs_dcmtk
def test_every_peer_has_a_time_for_one_sender_and_for_four(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peers = {name: receiving.PEERS[name] for name in ("storescp",)}
    monkeypatch.setattr(receiving, "PEERS", peers)
    found = receiving.measure(20)
    assert set(found) == {"storescp"}
    assert all(times["1"] > 0 and times["4"] > 0 for times in found.values())
