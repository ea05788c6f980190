"""Which freezes, locks and requests a person may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from enrollment.models import Closure, UnlockRequest
from enrollment.models.closing import Scope
from studysite.core.access import sites_for
from studysite.core.models import User
from studysite.core.roles import Action


def visible(user: User, action: Action = Action.SEE_CLOSURES) -> QuerySet[Closure]:
    """The closures of the study, and of participants at the person's sites."""
    sites = sites_for(user, action)
    return Closure.objects.filter(Q(scope=Scope.STUDY) | Q(participant__site__in=sites))


def waiting(user: User, action: Action = Action.SEE_CLOSURES) -> QuerySet[UnlockRequest]:
    """The requests to unlock that nobody has decided yet, the oldest first."""
    rows = UnlockRequest.objects.filter(granted__isnull=True, closure__in=visible(user, action))
    return rows.order_by("at")
