"""Which freezes, locks and requests a person may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from enrollment.models import Closure, UnlockRequest
from enrollment.models.closing import Scope
from studysite.core.access import sites_for
from studysite.core.errors import NotThere
from studysite.core.models import User
from studysite.core.roles import Action


def visible(user: User, action: Action = Action.SEE_CLOSURES) -> QuerySet[Closure]:
    """The closures of the study, and of participants at the person's sites."""
    sites = sites_for(user, action)
    return Closure.objects.filter(Q(scope=Scope.STUDY) | Q(participant__site__in=sites))


def waiting(user: User, action: Action = Action.SEE_CLOSURES) -> QuerySet[UnlockRequest]:
    """The requests to unlock that nobody has decided yet, the oldest first."""
    rows = UnlockRequest.objects.filter(granted__isnull=True, taken_back_at__isnull=True)
    return rows.filter(closure__in=visible(user, action)).order_by("at")


def find_request(*, by: User, pk: int) -> UnlockRequest:
    """A request at a site where the person unlocks, whatever became of it."""
    rows = UnlockRequest.objects.filter(closure__in=visible(by, Action.UNLOCK))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotThere(_("There is no such request."))
    return found
