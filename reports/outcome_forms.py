"""The forms of the outcomes' pages: what they are narrowed to, and in which language they are
kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.models.participant import Sex, Side
from enrollment.protocol.loader import current
from imaging.models import Read
from reports.outcomes.filters import Filters
from reports.outcomes.gather import design_of
from reports.outcomes.words import technique_label
from reports.services.kept_kinds import OUTCOME_KINDS
from studysite.core.access import sites_for
from studysite.core.errors import Invalid
from studysite.core.language_names import LANGUAGE_NAMES
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.webforms import StudyForm

ANY = ("", _("All"))
POPULATIONS = [
    ("main", _("Main analysis")),
    ("all", _("Everybody whose data may be used")),
]


class OutcomeFilterForm(forms.Form):
    """What the outcomes are narrowed to. While arms are withheld it asks for none."""

    population = forms.ChoiceField(label=_("Population"), required=False, choices=POPULATIONS)
    site = forms.ChoiceField(label=_("Site"), required=False)
    arm = forms.ChoiceField(label=_("Arm"), required=False)
    technique = forms.ChoiceField(label=_("Technique"), required=False)
    reader = forms.ChoiceField(label=_("Reader"), required=False)
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=[ANY, *Sex.choices])
    affected_side = forms.ChoiceField(
        label=_("Affected side"), required=False, choices=[ANY, *Side.choices[:2]]
    )
    screened_from = forms.DateField(
        label=_("Screened from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    screened_until = forms.DateField(
        label=_("Screened until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, user: User, blinded: bool) -> None:
        super().__init__(data)
        sites = sites_for(user, Action.SEE_OUTCOMES).order_by("code")
        design = design_of(current())
        readers = Read.objects.filter(participant__site__in=sites, locked_at__isnull=False)
        names = readers.order_by("reader__username").values_list(
            "reader__username", "reader__printed_name"
        )
        self.fields["site"].choices = [ANY, *((s.code, s.code) for s in sites)]  # type: ignore[attr-defined]
        self.fields["reader"].choices = [ANY, *names.distinct()]  # type: ignore[attr-defined]
        if blinded:
            del self.fields["arm"], self.fields["technique"]
            return
        arms = [(arm.key, arm.label) for arm in current().arms]
        techniques = dict.fromkeys(technique for _arm, technique in design.arms)
        self.fields["arm"].choices = [ANY, *arms]  # type: ignore[attr-defined]
        self.fields["technique"].choices = [ANY, *((t, technique_label(t)) for t in techniques)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        given = super().clean() or self.cleaned_data
        first, last = given.get("screened_from"), given.get("screened_until")
        if first and last and last < first:
            self.add_error("screened_until", _("This day is before the first one."))
        return given

    def chosen_rightly(self) -> Filters:
        """The filters, where no field can say which is wrong. Raises Invalid."""
        for field, sentences in self.errors.items():
            raise Invalid(f"{self.fields[field].label}: {sentences[0]}", field=field)
        return self.chosen()

    def chosen(self) -> Filters:
        """The filters; one that is not right is none, and its field says so."""
        self.is_valid()
        given = {name: str(value) for name, value in self.cleaned_data.items() if value}
        return Filters(**({"population": "main"} | given))


class KeptReportForm(StudyForm):
    """In which language a report is kept."""

    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGE_NAMES.items())[::-1])


class KeptOutcomesForm(KeptReportForm):
    """The outcomes, or their shape of the registry."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in OUTCOME_KINDS], required=False)

    def clean_kind(self) -> str:
        """The outcomes where none is named."""
        return self.cleaned_data["kind"] or OUTCOME_KINDS[0]
