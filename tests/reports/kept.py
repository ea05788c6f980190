"""What readers kept."""

from __future__ import annotations

from django.utils import timezone

from imaging.models import KeyImage, Read
from tests.reports.results import make_pictures


def keep_view(read: Read, *, drawn: bool) -> KeyImage:
    """A key image of a read, as its reader would have kept it."""
    return KeyImage.objects.create(
        read=read,
        number=1,
        state={"tab": "cpr", "side": "left"},
        note="It touches here",
        picture=make_pictures()["left"]["plain_cpr_straightened.png"] if drawn else "",
        at=timezone.now(),
    )
