"""Measurements looked at: who may see which, and the files that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.core.files.storage import storages
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imaging.models import Measurement
from imaging.render.pictures import PLAIN
from studysite.core.access import scoped
from studysite.core.errors import NotThere
from studysite.core.models import User
from studysite.core.roles import Action

SIDES = ("left", "right")
TECHNIQUE_PICTURES: dict[str, tuple[str, ...]] = {
    "mpr": ("mpr.png",),
    "cpr": ("cpr_straightened.png", "cpr_stretched.png"),
    "mrve": ("endoscopy.png",),
}
# These show what was found: outlines, areas, and where a vessel is closest. No reader sees them.
PICTURES = tuple(name for names in TECHNIQUE_PICTURES.values() for name in names)


@dataclass(frozen=True)
class Picture:
    """One picture of one nerve, under a name that says nothing about the case."""

    side: str
    name: str


class Pictured(Protocol):
    """What pictures were drawn of: {side: {name: storage name}}."""

    pictures: dict[str, dict[str, str]]


def measurements(*, by: User, action: Action = Action.SEE_MEASUREMENTS) -> QuerySet[Measurement]:
    """The measurements of a person's sites."""
    rows = Measurement.objects.select_related("series__participant__site", "series__scan", "job")
    return scoped(rows, by, action, "series__participant__site")


def find_measurement(*, by: User, pk: int, action: Action = Action.SEE_MEASUREMENTS) -> Measurement:
    """A measurement at the person's sites; otherwise there is none."""
    row = measurements(by=by, action=action).filter(pk=pk).first()
    if row is None:
        raise NotThere(_("There is no such measurement."))
    return row


def pictures_of(source: Pictured, names: tuple[str, ...] = PICTURES) -> list[Picture]:
    """The pictures that there are, of these names, left before right."""
    return [
        Picture(side, name)
        for side in SIDES
        for name in names
        if name in source.pictures.get(side, {})
    ]


def names_for(techniques: list[str]) -> tuple[str, ...]:
    """The plain pictures that these techniques are read from; a reader sees no other."""
    return tuple(PLAIN + name for key in techniques for name in TECHNIQUE_PICTURES.get(key, ()))


def names_signed(source: Pictured, techniques: list[str]) -> tuple[str, ...]:
    """The pictures that a signature under a read is about. A scan that was measured before there
    were plain pictures was read from the others, and what was signed then stays signed."""
    plain = names_for(techniques)
    if pictures_of(source, names_for(list(TECHNIQUE_PICTURES))):
        return plain
    return tuple(name.removeprefix(PLAIN) for name in plain)


def picture_bytes(source: Pictured, picture: Picture, names: tuple[str, ...]) -> bytes:
    """One picture's file, in the reader's language where it is there in it. NotThere for a name
    that is not among these."""
    if picture not in pictures_of(source, names):
        raise NotThere(_("There is no such picture."))
    kept = source.pictures[picture.side]
    stored = kept.get(f"{get_language()}/{picture.name}", kept[picture.name])
    with storages["documents"].open(stored) as file:
        return bytes(file.read())
