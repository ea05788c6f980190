"""The forms of the pages of queries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.crfs.registry import FORMS
from enrollment.places import OF_IMAGING, PlaceKind
from enrollment.query_life import BUCKETS, Origin, QueryState
from enrollment.query_listing import MINE_TO_ANSWER, MINE_TO_CLOSE, NOT_CLOSED_WORD
from studysite.core.access import sites_for
from studysite.core.models import Membership, Site, User
from studysite.core.roles import POLICY, Action, Role
from studysite.core.webforms import StudyForm

STATES = [
    (NOT_CLOSED_WORD, _("Not closed")),
    (MINE_TO_ANSWER, _("For me to answer")),
    (MINE_TO_CLOSE, _("For me to close")),
    ("", _("All")),
    *QueryState.choices,
]


class QueryFilterForm(forms.Form):
    """What the list of queries is narrowed by."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    site = forms.ModelChoiceField(
        Site.objects.none(),
        label=_("Site"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )
    number = forms.CharField(label=_("Participant"), required=False, max_length=16)
    form = forms.ChoiceField(label=_("Form"), required=False)
    age = forms.ChoiceField(
        label=_("Age"),
        required=False,
        choices=[("", _("All")), *((bucket.key, bucket.label) for bucket in BUCKETS)],
    )
    origin = forms.ChoiceField(
        label=_("Opened"), required=False, choices=[("", _("All")), *Origin.choices]
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data if "state" in data else {"state": NOT_CLOSED_WORD, **data.dict()})
        titles = [(key, each.title) for key, each in FORMS.items()]
        self.fields["form"].choices = [("", _("All")), *titles]  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites_for(  # type: ignore[attr-defined]
            user, Action.SEE_QUERIES
        )


class QueryForm(StudyForm):
    """A new query: what is asked, and of whom."""

    text = forms.CharField(
        label=_("Question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    assignee = forms.ChoiceField(label=_("To be answered by"))

    def __init__(self, *args: Any, site: Site, kind: PlaceKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = assignees(site, kind)  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What the service takes."""
        return {"text": self.cleaned_data["text"], **assignee_of(self.cleaned_data["assignee"])}


class MessageForm(StudyForm):
    """An answer, or the last word."""

    text = forms.CharField(
        label=_("Message"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AssignForm(StudyForm):
    """Who is to answer."""

    assignee = forms.ChoiceField(label=_("To be answered by"))

    def __init__(self, *args: Any, site: Site, kind: PlaceKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = assignees(site, kind)  # type: ignore[attr-defined]


def assignees(site: Site, kind: PlaceKind) -> list[tuple[str, str]]:
    """Each role that may answer about such a part, and each person of the site who holds it."""
    choices = []
    for role in (Role.COORDINATOR, Role.INVESTIGATOR, Role.ANALYST):
        if role not in POLICY[Action.ANSWER_QUERY]:
            continue
        if role is Role.ANALYST and kind not in OF_IMAGING:
            continue
        choices.append((role.value, str(role.label)))
        held = Membership.objects.filter(site=site, role=role, user__is_active=True)
        for one in held.select_related("user").order_by("user__printed_name"):
            choices.append((f"{role.value}:{one.user_id}", f"{one.user} ({role.label})"))
    return choices


def assignee_of(choice: str) -> dict[str, Any]:
    """The role and the person that a choice names."""
    role, _colon, pk = choice.partition(":")
    person = User.objects.filter(pk=int(pk)).first() if pk else None
    return {"assigned_role": role, "assigned_to": person}
