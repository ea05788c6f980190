"""What the system promises, and which tests hold it to that: read from promises.toml."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("promises.toml")


@dataclass(frozen=True)
class Promise:
    """One requirement, where it comes from, and the tests (file, or file::function) of it."""

    key: str
    group: str
    requirement: str
    source: str
    tests: tuple[str, ...]


def promises(path: Path = LIST) -> list[Promise]:
    """Every promise, in the order of the list."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Promise(row["key"], group, row["requirement"], row["source"], tuple(row["tests"]))
        for group, rows in content.items()
        for row in rows
    ]


def is_there(test: str, root: Path = ROOT) -> bool:
    """Whether the file has that test function, or, where none is named, any test."""
    file, _, name = test.partition("::")
    path = root / file
    if not path.is_file():
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    }
    return name in names if name else bool(names)
