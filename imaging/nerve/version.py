"""What a result was made with: the sources of this method and the libraries that its figures
rest on."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

LIBRARIES: Final = ("numba", "numpy", "scipy", "SimpleITK")
OTHERS: Final = ("phantom", "scene", "suggest")  # do not touch a measurement
DIGITS: Final = 16


@cache
def numerics() -> str:
    """A short SHA-256 of the modules that measure, whatever the release is called."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not path.name.startswith(OTHERS):
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:DIGITS]


@cache
def libraries() -> dict[str, str]:
    """The versions that may change a last digit."""
    return {name: version(name) for name in LIBRARIES}
