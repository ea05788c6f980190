"""The checkpoint leaves the system on paper."""

from __future__ import annotations

import subprocess

import pytest

from reports.case.content import case_of
from reports.catalog.case_summary import render
from reports.checkpoint import attached, qr_code
from studysite.core.audit import sealing

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def test_nothing_sealed_is_nothing_attached() -> None:
    assert attached("<body>a</body>", {"b.png": b""}) == ("<body>a</body>", {"b.png": b""})


def test_the_case_summary_carries_the_checkpoint(finished) -> None:
    point = sealing.seal()
    assert point is not None
    pdf = render(case_of(finished), language="en", kept={})
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=pdf.content, capture_output=True, check=True).stdout
    assert point.root in text.decode()
    assert f"Sealed up to event {point.size}" in text.decode()


def test_another_text_is_another_code() -> None:
    assert qr_code("one") == qr_code("one") != qr_code("two")
    assert qr_code("one").startswith(b"<svg")
