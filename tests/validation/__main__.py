"""`make validation`: runs the tests of every promise and writes docs/validation.md from them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from tests.validation.outcomes import in_words, outcomes
from tests.validation.promises import ROOT, Promise, promises

REPORT = ROOT / "var" / "validation.xml"
DOCUMENT = ROOT / "docs" / "validation.md"
HEAD = """# Validation: what is promised, and the tests of it

Written by `make validation`, which runs these tests; nothing here is typed by hand. The list of
promises is `tests/validation/promises.toml`, and a test refuses a promise whose test is not there.

Commit `{commit}`, {day}, {python}, {engine}.
"""


def main() -> int:
    """Run, write, and end with pytest's own exit code."""
    rows = promises()
    tests = sorted({test for row in rows for test in row.tests})
    REPORT.parent.mkdir(exist_ok=True)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junitxml={REPORT}", *tests],
        cwd=ROOT,
        check=False,
    )
    DOCUMENT.write_text(document(rows, REPORT), encoding="utf-8")
    return ran.returncode


def document(rows: list[Promise], report: Path) -> str:
    """The whole page."""
    found = outcomes(report)
    parts = [
        HEAD.format(
            commit=_commit(),
            day=datetime.now(UTC).date(),
            python=f"Python {sys.version_info.major}.{sys.version_info.minor}",
            engine="SQLite, and PostgreSQL 15 where the test says so",
        )
    ]
    for group, members in groupby(rows, key=lambda row: row.group):
        parts.append(
            f"\n## {group}\n| id | requirement | source | tests | result |\n|---|---|---|---|---|"
        )
        parts += [_line(row, in_words(row.tests, found)) for row in members]
    return "\n".join(parts) + "\n"


def _line(row: Promise, result: str) -> str:
    tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in row.tests)
    return f"| {row.key} | {row.requirement} | {row.source} | {tests} | {result} |"


def _commit() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
