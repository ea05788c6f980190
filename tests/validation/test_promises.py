"""Every promise has tests that are there, and the page lists every promise."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.validation.__main__ import DOCUMENT
from tests.validation.outcomes import in_words, outcomes
from tests.validation.promises import Promise, is_there, promises


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.key)
def test_the_tests_of_a_promise_are_there(promise: Promise) -> None:
    assert promise.tests
    assert [test for test in promise.tests if not is_there(test)] == []


def test_no_two_promises_share_a_key() -> None:
    assert [key for key, count in Counter(row.key for row in promises()).items() if count > 1] == []


def test_the_page_lists_every_promise() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    assert [row.key for row in promises() if f"| {row.key} | {row.requirement} |" not in page] == []


@pytest.mark.parametrize(
    "test", ["tests/validation/gone.py", "tests/validation/test_promises.py::test_gone"]
)
def test_a_test_that_is_gone_is_missed(test: str) -> None:
    assert not is_there(test)


def test_a_failure_is_told_before_the_rest(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.a.test_b" name="test_c[1]"/>'
        '<testcase classname="tests.a.test_b" name="test_c[2]"><failure/></testcase>'
        '<testcase classname="tests.a.test_b" name="test_d"><skipped/></testcase>'
        "</testsuite></testsuites>"
    )
    found = outcomes(report)
    assert in_words(("tests/a/test_b.py::test_c",), found) == "**1 passed, 1 failed**"
    assert in_words(("tests/a/test_b.py",), found) == "**1 passed, 1 skipped, 1 failed**"
    assert in_words(("tests/a/test_e.py",), found) == "**not run**"
