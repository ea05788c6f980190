"""The state words, read from docs/design.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\w[\w ]*) \| `(\w+)` \| ([^|]+) \| ([^|]+) \| (\w+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class StateWord:
    """One state: what it is a state of, its stored word, both languages, its shape."""

    group: str
    word: str
    english: str
    chinese: str
    shape: str


def states() -> list[StateWord]:
    """All rows of the table of states."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    return [StateWord(*(part.strip() for part in row)) for row in ROW.findall(text)]
