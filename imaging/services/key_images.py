"""Views that a reader keeps with a read: saved while it is open, signed with it, there afterwards.

Only their reader sees them until the read is locked, and no other reader ever: a third reader
decides without what the first two thought worth keeping.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.models import Adjudication, KeyImage, Read, TrainingRead
from imaging.render.key_picture import draw_flight, draw_planes
from imaging.render.stage import CannotDraw
from imaging.services.answering import own
from imaging.services.case_list import Case
from imaging.services.reading import hold
from imaging.services.training import require_trained
from imaging.services.viewing import BOTH, part_bytes
from imaging.viewed import checked
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.disk import write_whole
from studysite.core.errors import Conflict, NotThere
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said

MOST = 30
PARTS = {"mpr": "volume.part", "cpr": "straightened.part", "mrve": "surfaces.part"}
log = logging.getLogger(__name__)


def save_key_image(*, by: User, case: Case, state: Any, note: str = "") -> KeyImage:
    """Keep a view of a case as it stands. The picture is drawn before anything is held."""
    view = checked(state, case.techniques)
    return keep_key_image(by=by, case=case, view=view, note=note, picture=_picture(case, view))


@service(Action.READ_CASE)
def keep_key_image(
    *, by: User, case: Case, view: dict[str, Any], note: str, picture: str
) -> KeyImage:
    """Put a view with its read, as long as that is open."""
    row = _open(by, case)
    place = KeyImage.place(row)
    last = KeyImage.objects.filter(**place).aggregate(n=Max("number"))["n"] or 0
    if KeyImage.kept_with(row).count() >= MOST:
        raise Conflict(_("A read keeps %(most)s key images; take one away first.") % {"most": MOST})
    image = KeyImage.objects.create(
        **place,
        number=last + 1,
        state=view,
        note=" ".join(note.split())[:200],
        picture=picture,
        at=timezone.now(),
    )
    about(_subject(case), said("A key image was kept"))
    return image


@service(Action.READ_CASE)
def remove_key_image(*, by: User, case: Case, number: int) -> KeyImage:
    """Take a view away from an open read. Its row and its number stay."""
    row = _open(by, case)
    image = KeyImage.kept_with(row).filter(number=number).first()
    if image is None:
        raise NotThere(_("There is no such key image."))
    image.removed_at = timezone.now()
    image.save(update_fields=["removed_at"])
    about(_subject(case), said("A key image was taken away"))
    return image


def key_picture(case: Case, number: int) -> bytes:
    """The picture of one as PNG; NotThere where it is not, or could not be drawn."""
    image = KeyImage.kept_with(case.row).filter(number=number).first()
    if image is None or not image.picture:
        raise NotThere(_("There is no such key image."))
    with storages["documents"].open(image.picture) as file:
        return bytes(file.read())


def _open(by: User, case: Case) -> Read | Adjudication | TrainingRead:
    """The row, held; it has to be the reader's own, and open."""
    row = case.row
    if isinstance(row, TrainingRead):
        require(by, Action.READ_CASE)
        return own(by, row, None)
    require(by, Action.READ_CASE, row.participant.site)
    require_trained(by)
    hold(row.participant)
    if isinstance(row, Adjudication):
        return own(by, row, None)
    return own(by, row, None)


def _subject(case: Case) -> str:
    row = case.row
    return "" if isinstance(row, TrainingRead) else row.participant.number


def _picture(case: Case, view: dict[str, Any]) -> str:
    """The storage name of a view's picture, by its digest; "" where it cannot be drawn."""
    tab = view["tab"]
    side = BOTH if tab == "mpr" else view["side"]
    if not (view["camera"] if tab == "mrve" else view["panes"]):
        return ""
    part = gzip.decompress(part_bytes(case.source, side, PARTS[tab], case.techniques))
    if tab == "mrve":
        try:
            content = draw_flight(part, view["camera"])
        except CannotDraw as trouble:
            log.warning("A key image has no picture: %s", trouble)
            return ""
    else:
        names = [pane["name"] for pane in view["panes"]]
        keys = names if tab == "mpr" else [f"{name}-{side}" for name in names]
        content = draw_planes(part, view, keys)
    name = f"key_images/{hashlib.sha256(content).hexdigest()}.png"
    store = storages["documents"]
    if not store.exists(name):
        write_whole(Path(store.path(name)), content)
    return name
