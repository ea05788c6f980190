"""Staff, sites and meanings of signatures, as every format names them. Nobody who takes part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.exports.scope import Scope
from reports.exports.signed import meaning_oid
from studysite.core.models import Signature, Site, User
from studysite.core.roles import Role

LEGAL = "The signature is meant as the equivalent of a handwritten one (21 CFR 11.50, 11.70)."
# ODM 2.0 knows more of them than 1.3.2.
_KINDS = {Role.INVESTIGATOR.value: "Investigator", Role.MONITOR.value: "Monitor"}
_LATER = frozenset({"Monitor"})


def users(scope: Scope) -> Iterator[tuple[str | None, str, list[str]]]:
    """Username, printed name and roles: of everybody in a whole export, else of those of its sites.
    The first is the system itself."""
    yield None, "The system", []
    rows = User.objects.prefetch_related("memberships")
    if not scope.whole:
        rows = rows.filter(memberships__site__code__in=scope.sites).distinct()
    for row in sorted(rows, key=lambda each: each.username):
        roles = sorted({membership.role for membership in row.memberships.all()})
        yield row.username, row.printed_name or row.username, roles


def user_kind(roles: Iterable[str], version: str) -> str:
    """What ODM calls somebody with these roles."""
    for role in roles:
        kind = _KINDS.get(role)
        if kind and (version.startswith("2") or kind not in _LATER):
            return kind
    return "Other"


def locations(scope: Scope) -> Iterator[tuple[str, str]]:
    """Code and name of each site."""
    yield from sorted(Site.objects.filter(code__in=scope.sites).values_list("code", "name"))


def meanings(scope: Scope) -> dict[str, str]:
    """Every meaning that was signed with, by its name."""
    if not scope.shows("clinical"):
        return {}
    found = set(Signature.objects.values_list("meaning", flat=True))
    return {meaning_oid(meaning): meaning for meaning in sorted(found)}
