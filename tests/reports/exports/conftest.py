"""Exports of a study with a finished case, and of what some of its people see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reports.exports.formats import FORMATS, Written, write_export
from reports.exports.scope import Scope, everything

Export = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Write an export, and give its path."""

    def write(form: str, scope: Scope | None = None, name: str = "export") -> Path:
        path = tmp_path / f"{name}.{FORMATS[form].suffix}"
        written = write_export(path, FORMATS[form], scope or everything(), lambda _share: None)
        assert isinstance(written, Written)
        return path

    return write
