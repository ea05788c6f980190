"""A finished case, with an address for every kind of page."""

from __future__ import annotations

import numpy as np
import pytest

from imaging import volumes
from imaging.nerve.volume import Volume
from studysite.core.audit.sealing import seal
from tests.api.scene import Scene, build
from tests.postgres import postgres_url

__all__ = ["postgres_url"]

SCAN = Volume(np.arange(512.0).reshape(8, 8, 8), np.eye(4))


@pytest.fixture
def scene(db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    # The case is made without the files of its scan.
    monkeypatch.setattr(volumes, "_read", lambda *_series: SCAN)
    volumes._window.cache_clear()
    return build()


@pytest.fixture
def names(scene: Scene) -> dict[str, object]:
    """What the addresses are filled with."""
    cast = scene.cast
    # A trail that nobody sealed yet has no checkpoint to load down.
    seal()
    return scene.names | {"username": cast.coordinator.username, "site": cast.site.code}
