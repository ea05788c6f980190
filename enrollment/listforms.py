"""What the lists of visits and of the log are narrowed by."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enrollment.due import KINDS
from studysite.core.access import sites_for
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.webforms import DayField, ReasonField, StudyForm


class _AtSite(forms.Form):
    """One of the person's sites, or all."""

    site = forms.ModelChoiceField(
        Site.objects.none(),
        label=_("Site"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = sites_for(user, Action.SEE_PARTICIPANTS)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class MonthForm(_AtSite):
    """A month, written YYYY-MM."""

    month = forms.CharField(
        label=_("Month"), required=False, widget=forms.TextInput(attrs={"type": "month"})
    )
    field_order = ("month", "site")

    def clean_month(self) -> date | None:
        """Its first day."""
        text = self.cleaned_data["month"]
        if not text:
            return None
        try:
            return date.fromisoformat(f"{text}-01")
        except ValueError as error:
            raise ValidationError(_("A month is written YYYY-MM.")) from error


class DueForm(_AtSite):
    """What waits, or everything that is due on one day."""

    kind = forms.ChoiceField(label=_("Show"), required=False, choices=list(KINDS.items()))
    on = DayField(label=_("Due on"), required=False)
    field_order = ("kind", "on", "site")


class UnscheduledForm(StudyForm):
    """A visit that took place outside the plan."""

    on = DayField(label=_("Date"))
    reason = ReasonField(label=_("Why it took place"))


class NotDoneForm(StudyForm):
    """Why a visit did not take place."""

    reason = ReasonField(label=_("Why the visit did not take place"))


class ReleaseForm(StudyForm):
    """Why a version of the protocol comes into force."""

    reason = ReasonField(label=_("Why it comes into force"))


class LogForm(_AtSite):
    """Which forms of the log."""

    form = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("All")),
            ("adverse_event", _("Adverse events")),
            ("deviation", _("Protocol deviations")),
        ],
    )
    serious = forms.BooleanField(label=_("Serious ones alone"), required=False)
    field_order = ("form", "serious", "site")
