"""The lock files hold what the requirements ask for, with hashes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = [
    ("requirements.lock", ["requirements.txt"]),
    ("requirements-dev.lock", ["requirements.txt", "requirements-dev.txt"]),
    ("requirements-uv.lock", ["requirements-uv.txt"]),
]


def pins(text: str) -> set[str]:
    """`name==version` of every pin, without extras, names as a registry writes them."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", text, re.MULTILINE)
    return {f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}" for name, version in found}


def without_hash(lock: str) -> list[str]:
    """Locked packages that any file could stand in for."""
    entries = re.split(r"\n(?=[\w.-]+==)", lock)
    return [entry.split()[0] for entry in entries if "==" in entry and "sha256:" not in entry]


@pytest.mark.parametrize(("lock", "requirements"), LOCKS)
def test_every_pin_is_locked(lock: str, requirements: list[str]) -> None:
    asked = set().union(*(pins((ROOT / name).read_text()) for name in requirements))
    assert asked
    assert asked - pins((ROOT / lock).read_text()) == set(), "run `make lock`"


@pytest.mark.parametrize(("lock", "requirements"), LOCKS)
def test_every_locked_package_has_hashes(lock: str, requirements: list[str]) -> None:
    assert without_hash((ROOT / lock).read_text()) == []


def test_tests_run_on_what_production_runs_on() -> None:
    runtime = pins((ROOT / "requirements.lock").read_text())
    assert runtime - pins((ROOT / "requirements-dev.lock").read_text()) == set()


def test_a_pin_that_is_not_locked_is_found() -> None:
    asked = pins("Django==5.2.19  # pages\npsycopg[binary]==3.3.9  # rows\n")
    assert asked - pins("django==5.2.18 \\\npsycopg==3.3.9 \\\n") == {"django==5.2.19"}


def test_a_locked_package_without_hashes_is_found() -> None:
    assert without_hash("a==1 \\\n    --hash=sha256:00\nb==2\n    # via a\n") == ["b==2"]
