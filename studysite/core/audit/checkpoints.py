"""How checkpoints leave the system: as a file, by mail, and as the words beside a QR code."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage

from studysite.core.audit.sealing import seal_all
from studysite.core.audit.verify import Checkpoint


def file_name(point: Checkpoint) -> str:
    """What the file is called: which trail, and how far."""
    return f"checkpoint-{point.origin.rpartition('/')[2]}-{point.size}.json"


def line(point: Checkpoint) -> str:
    """All that is needed to hold the trail to it, in one line: what a QR code carries."""
    return f"{point.origin} {point.size} {point.root} {point.time} {point.signature}"


def mail() -> int:
    """Send the newest checkpoints, sealed now, to those who keep them; how many were sent."""
    if not settings.CHECKPOINT_MAIL_TO:
        return 0
    points = seal_all()
    message = EmailMessage(
        subject=f"{settings.STUDY_NAME}: audit checkpoint",
        body="\n\n".join(line(point) for point in points)
        + "\n\nKeep this message. With a file attached to it, verify_audit proves later that the "
        "study's history was not rewritten.\n",
        to=settings.CHECKPOINT_MAIL_TO,
    )
    for point in points:
        message.attach(file_name(point), point.as_text(), "application/json")
    return message.send()
