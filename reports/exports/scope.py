"""Whose data an export holds, and which kinds of them: what the policy table lets a person see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.models import Participant
from studysite.core.access import sites_for
from studysite.core.errors import NotPermitted
from studysite.core.models import Site, User
from studysite.core.roles import Action

CHUNK = 100
# What each kind of data needs, beside the export itself.
KINDS = {
    "arm": Action.SEE_ARM,
    "clinical": Action.SEE_CLINICAL,
    "scans": Action.SEE_SCANS,
    "measurements": Action.SEE_MEASUREMENTS,
    "reads": Action.SEE_READS,
}


@dataclass(frozen=True)
class Scope:
    """Some sites, and the kinds of data that may leave them. `whole`: nothing is left out, so that
    it can be taken in again."""

    sites: tuple[str, ...]
    kinds: frozenset[str]
    whole: bool = False

    def shows(self, *needs: str) -> bool:
        """Whether all of these kinds are in it."""
        return self.kinds.issuperset(needs)

    def participants(self) -> QuerySet[Participant]:
        """Its participants, in the order in which they came: engines sort texts differently."""
        rows = Participant.objects.filter(site__code__in=self.sites)
        return rows.select_related("site", "enrolment__by").order_by("pk")

    def chunks(self) -> Iterator[list[Participant]]:
        """Its participants, so many at a time that memory stays bounded."""
        chunk: list[Participant] = []
        for row in self.participants().iterator(CHUNK):
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


def everything() -> Scope:
    """The whole study, as an administrator of the machine exports it."""
    sites = tuple(sorted(Site.objects.values_list("code", flat=True)))
    return Scope(sites, frozenset(KINDS), whole=True)


def scope_of(user: User) -> Scope:
    """What a person may take out: the sites at which they may export, and what they see at all of
    these. It is whole where that leaves nothing out."""
    sites = _codes(user, Action.EXPORT)
    if not sites:
        raise NotPermitted(_("Your role does not allow this."))
    kinds = frozenset(kind for kind, action in KINDS.items() if sites <= _codes(user, action))
    every = set(Site.objects.values_list("code", flat=True))
    whole = kinds == set(KINDS) and sites == every and sites <= _codes(user, Action.SEE_HISTORY)
    return Scope(tuple(sorted(sites)), kinds, whole)


def _codes(user: User, action: Action) -> set[str]:
    return set(sites_for(user, action).values_list("code", flat=True))
