"""The checkpoint leaves the system on paper."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pikepdf
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
    assert f"Audit checkpoint: {point.origin}" in " ".join(drawn(pdf.content))
    assert "Audit checkpoint:" not in text.decode(), "words stand where the code should"


def drawn(pdf: bytes) -> list[str]:
    """What the pictures that a document really has are said to show."""
    with pikepdf.open(BytesIO(pdf)) as read:
        found = [each for each in read.objects if isinstance(each, pikepdf.Dictionary)]
        return [str(each.Alt) for each in found if each.get("/S") == "/Figure"]


def test_another_text_is_another_code() -> None:
    assert qr_code("one") == qr_code("one") != qr_code("two")
    assert qr_code("one").startswith(b"<svg")
