"""The services that readers write with."""

from __future__ import annotations

from collections.abc import Callable

from imaging.models import Adjudication, Read
from imaging.services import key_images, reading
from imaging.services.case_list import Case
from tests.api import scene


def _case(of: scene.Scene) -> Case:
    return Case(Read.objects.get(reader=of.cast.reader))


READING: dict[str, Callable[[scene.Scene], object]] = {
    "imaging.services.reading.adjudicate": lambda of: reading.adjudicate(
        by=of.cast.reader, adjudication=Adjudication.objects.get(), answers={}, password=""
    ),
    "imaging.services.key_images.keep_key_image": lambda of: key_images.keep_key_image(
        by=of.cast.reader, case=_case(of), view={}, note="", picture=""
    ),
    "imaging.services.key_images.remove_key_image": lambda of: key_images.remove_key_image(
        by=of.cast.reader, case=_case(of), number=1
    ),
    "imaging.services.reading.lock_read": lambda of: reading.lock_read(
        by=of.cast.reader, read=Read.objects.get(reader=of.cast.reader), answers={}, password=""
    ),
    "imaging.services.reading.save_answers": lambda of: reading.save_answers(
        by=of.cast.reader, row=Read.objects.get(reader=of.cast.reader), answers={}, seen_revision=0
    ),
}  # fmt: skip
