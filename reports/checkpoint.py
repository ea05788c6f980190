"""The audit trail's newest checkpoint on paper: in words, and as a QR code to hold the study to."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import segno
from django.template.loader import render_to_string

from studysite.core.audit import checkpoints, sealing

PICTURE = "picture:checkpoint.svg"


def attached(html: str, pictures: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """A document with the checkpoint at its end; as it was while nothing is sealed."""
    point = sealing.newest()
    if point is None:
        return html, dict(pictures)
    section = render_to_string("reports/_checkpoint.html", {"point": point, "picture": PICTURE})
    body, end, rest = html.rpartition("</body>")
    return f"{body}{section}{end}{rest}", {**pictures, PICTURE: qr_code(checkpoints.line(point))}


def named() -> dict[str, Any] | None:
    """The same as plain values, for a document of numbers."""
    point = sealing.newest()
    if point is None:
        return None
    return {
        "origin": point.origin,
        "size": point.size,
        "root": point.root,
        "time": point.time,
        "signature": point.signature,
    }


def qr_code(text: str) -> bytes:
    """The code as a drawing."""
    drawing = BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", border=2, xmldecl=False)
    return drawing.getvalue()
