"""A finished case."""

from __future__ import annotations

import pytest

from imaging.nerve.suggest import Suggestion
from imaging.services import suggesting
from tests.api.scene import Scene, build


@pytest.fixture
def scene(db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    # The scene's series have no files to look for nerves in.
    monkeypatch.setattr(suggesting, "_found", lambda sha256: Suggestion({}, 0.0, "no_pair"))
    return build()
