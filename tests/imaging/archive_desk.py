"""An archive that takes calls from the study, in this process."""

from __future__ import annotations

from typing import Any

from imaging.models import Dispatch
from studysite.core import jobs
from tests.imaging.network.listening import QUICK, Shelf


def done(row: Dispatch) -> Dispatch:
    """What a worker makes of it."""
    assert row.job_id is not None
    jobs.run(row.job_id)
    return Dispatch.objects.select_related("job").get(pk=row.pk)


class Titled(Shelf):
    """A desk that takes calls from the study, and has room for so many objects."""

    def __init__(self, room: int = 10_000, *, leaves_after: int = 10_000) -> None:
        super().__init__(most=1 << 20)
        self.room, self.leaves_after = room, leaves_after

    def refusal(self, calling: str, called: str, address: str) -> tuple[int, int, int] | None:
        return None if (calling, called) == ("STUDYSITE", "PACS") else (1, 1, 3)

    def begin(self) -> Any:
        if len(self.objects) >= self.leaves_after:
            raise ConnectionResetError
        kept = super().begin()
        kept.most = self.most if len(self.objects) < self.room else 10
        return kept


WIDE = type(QUICK)(object_bytes=1 << 22, unit_s=5, idle_s=5, request_s=5)
