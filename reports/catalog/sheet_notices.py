"""What a reader of a report of the study's conduct must know before anything else; and what stands
in place of the data of somebody who let none stay."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.models import Enrolment, Participant
from enrollment.usable import DATA, usable
from reports.catalog.sheet import Cell
from studysite.core.access import scoped
from studysite.core.models import User
from studysite.core.roles import Action


def notices_of(user: User, action: Action) -> list[str]:
    """Where there is nobody to report on, or somebody whose data may not be used, in words."""
    people = scoped(Participant.objects.order_by(), user, action)
    if not people.exists():
        return [_("Nobody was screened yet: there is nothing to report.")]
    said = []
    if not Enrolment.objects.filter(participant__in=people.values("pk")).exists():
        said.append(_("Nobody is enrolled yet."))
    revoked = people.count() - usable(people).count()
    if revoked:
        sentence = _(
            "Consent to the use of the data was revoked by %(n)d: they are counted, and what was "
            "found out about them is left out."
        )
        said.append(sentence % {"n": revoked})
    return said


def left_out() -> Cell:
    """In place of something that was found out about such a person."""
    return Cell(_("Left out"))


def may_stay(person: Participant, what: str = DATA) -> bool:
    """Whether what was found out about somebody, or what came of their images, may be used."""
    leaving = getattr(person, "withdrawal", None)
    return leaving is None or bool(getattr(leaving, what))


def foot() -> list[str]:
    """What these reports never tell, so that nobody looks for it there."""
    return [_("Arms, what readers saw and what surgery found are no part of this report.")]
