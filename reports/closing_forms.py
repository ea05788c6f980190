"""The forms of freezing, locking and unlocking: what may be done is offered by what is closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.journey import ENDED, State
from enrollment.models import Closure, Participant
from enrollment.models.closing import Level, Scope
from enrollment.places import visit_label
from studysite.core.webforms import ReasonField, StudyForm


class ClosingForm(StudyForm):
    """One change: freeze, unfreeze, lock, or ask that a lock be opened; and why."""

    change = forms.ChoiceField(label=gettext_lazy("What to do"))
    reason = ReasonField(label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, changes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["change"].choices = list(changes)  # type: ignore[attr-defined]


class DecisionForm(StudyForm):
    """A word with the decision on a request; needed where it is refused."""

    remark = forms.CharField(
        label=gettext_lazy("Remark"),
        required=False,
        max_length=2000,
        widget=forms.TextInput,
    )


def changes_of(participant: Participant, closures: Sequence[Closure]) -> list[tuple[str, str]]:
    """What may be done now with a participant and each visit. The key is `act:visit`, or
    `act:#closure` for what opens one."""
    now = {(row.level, row.scope, row.visit): row for row in closures if not row.reopened_at}
    whole = _("the whole participant")
    offers = _open_ones(now, Scope.PARTICIPANT, "", whole)
    if participant.state == State.SIGNED or participant.state in ENDED - {State.LOCKED}:
        offers += _lock(now, Scope.PARTICIPANT, "", whole)
    for visit in participant.visits.all():
        name = visit_label(visit.key)
        offers += _open_ones(now, Scope.VISIT, visit.key, name)
        offers += _lock(now, Scope.VISIT, visit.key, name)
    return offers


def study_changes(closures: Sequence[Closure]) -> list[tuple[str, str]]:
    """What may be done now with the study."""
    now = {(row.level, row.scope, row.visit): row for row in closures if not row.reopened_at}
    study = _("the study")
    return _open_ones(now, Scope.STUDY, "", study) + _lock(now, Scope.STUDY, "", study)


def _open_ones(
    now: dict[tuple[str, str, str], Closure], scope: Scope, visit: str, name: str
) -> list[tuple[str, str]]:
    frozen = now.get((Level.FROZEN, scope, visit))
    locked = now.get((Level.LOCKED, scope, visit))
    if locked is not None:
        return [(f"ask:#{locked.pk}", _("Ask to unlock: %(what)s") % {"what": name})]
    if frozen is not None:
        return [(f"unfreeze:#{frozen.pk}", _("Unfreeze: %(what)s") % {"what": name})]
    return [(f"freeze:{visit}", _("Freeze: %(what)s") % {"what": name})]


def _lock(
    now: dict[tuple[str, str, str], Closure], scope: Scope, visit: str, name: str
) -> list[tuple[str, str]]:
    if (Level.LOCKED, scope, visit) in now:
        return []
    return [(f"lock:{visit}", _("Lock: %(what)s") % {"what": name})]
