"""What pytest's own report (JUnit XML) says of each test."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

# The worst first: a promise is as good as the worst of its tests.
KINDS = ("failed", "skipped", "passed")


def outcomes(report: Path) -> dict[str, Counter[str]]:
    """How the cases of each `file::function` ended. The report is our own, made a moment ago."""
    found: dict[str, Counter[str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        module, name = case.get("classname", ""), case.get("name", "").partition("[")[0]
        ended = _ended(case)
        for key in (f"{module.replace('.', '/')}.py::{name}", f"{module.replace('.', '/')}.py"):
            found.setdefault(key, Counter())[ended] += 1
    return found


def _ended(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def in_words(tests: tuple[str, ...], found: dict[str, Counter[str]]) -> str:
    """The result of a promise: how many cases passed, and whatever else happened."""
    total: Counter[str] = Counter()
    for test in tests:
        total += found.get(test, Counter())
    if not total:
        return "**not run**"
    told = [f"{total[kind]} {kind}" for kind in reversed(KINDS) if total[kind]]
    return ", ".join(told) if not total["failed"] else f"**{', '.join(told)}**"
