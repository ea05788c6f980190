"""A finished case, with an address for every kind of page."""

from __future__ import annotations

import pytest

from imaging.views import pictures
from tests.api.scene import Scene, build


@pytest.fixture
def scene(db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    # The case is made without the files of its scan; who may ask for a slice is told before.
    monkeypatch.setattr(pictures, "_slice", lambda *_args: b"a slice")
    return build()


@pytest.fixture
def names(scene: Scene) -> dict[str, object]:
    """What the addresses are filled with."""
    cast = scene.cast
    return scene.names | {"username": cast.coordinator.username, "site": cast.site.code}
