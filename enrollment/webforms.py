"""The forms of the pages of enrolment, one a page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.crfs.checking import check
from enrollment.definitions import in_use
from enrollment.eligibility import Verdict
from enrollment.entry import AnswersForm
from enrollment.journey import State
from enrollment.models.allocation import UnblindingCategory
from enrollment.models.participant import Sex, Side
from enrollment.partial_date import PartialDate
from enrollment.protocol.definition import Protocol
from enrollment.services.eligibility import CriterionRefused, Row
from enrollment.services.places import places_left
from enrollment.vault import Person
from studysite.core.access import sites_for
from studysite.core.errors import StudyError
from studysite.core.language_names import LANGUAGE_NAMES
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.webforms import DayField, ReasonField, StudyForm

VERDICT_NAMES = {
    Verdict.MET: _("Met"),
    Verdict.NOT_MET: _("Not met"),
    Verdict.UNKNOWN: _("Unknown"),
}


class _SiteField(forms.ModelChoiceField):
    """Sites by their names."""

    def label_from_instance(self, obj: Site) -> str:
        """The site's name."""
        return obj.name


class FilterForm(forms.Form):
    """What the list of participants is narrowed by."""

    q = forms.CharField(label=_("Number"), required=False, max_length=16)
    state = forms.ChoiceField(label=_("State"), required=False)
    site = forms.ModelChoiceField(
        Site.objects.none(),
        label=_("Site"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", _("All")), *State.choices]  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites_for(  # type: ignore[attr-defined]
            user, Action.SEE_PARTICIPANTS
        )


class ScreeningForm(StudyForm):
    """A new participant. Name, hospital number and birth date go to the vault alone."""

    site = _SiteField(Site.objects.none(), label=_("Site"), empty_label=None)
    screened_on = DayField(label=_("Screening date"))
    name = forms.CharField(label=_("Name"), max_length=200)
    hospital_number = forms.CharField(label=_("Hospital number"), max_length=64)
    birth_on = DayField(label=_("Birth date"))
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    affected_side = forms.ChoiceField(
        label=_("Affected side"), choices=Side.choices, widget=forms.RadioSelect
    )
    onset = forms.CharField(
        label=_("Onset of the spasm"),
        required=False,
        max_length=10,
        help_text=_("As exactly as it is known: year, year and month, or full date."),
        widget=forms.TextInput(attrs={"placeholder": "YYYY-MM-DD"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("name", "hospital_number", "birth_on"):
            self.fields[field].widget.attrs["autocomplete"] = "off"
        sites = sites_for(user, Action.SCREEN)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.initial = {"site": sites.first(), "screened_on": timezone.localdate()}

    @property
    def person(self) -> Person:
        """Who was entered."""
        data = self.cleaned_data
        return Person(data["name"], data["hospital_number"], data["birth_on"])


class ConsentForm(StudyForm):
    """A signed version of the consent form, of those that are not `recorded` yet."""

    document_version = forms.ChoiceField(label=_("Version of the consent form"))
    language = forms.ChoiceField(label=_("Language"), widget=forms.RadioSelect)
    signed_on = DayField(label=_("Signed on"))

    def __init__(
        self, *args: Any, protocol: Protocol, recorded: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        documents = sorted(
            (each for each in protocol.consent_documents if each.version not in recorded),
            key=lambda document: document.released_on,
            reverse=True,
        )
        languages = dict.fromkeys(code for document in documents for code in document.languages)
        self.fields["document_version"].choices = [  # type: ignore[attr-defined]
            (document.version, f"{document.version} ({document.released_on:%Y-%m-%d})")
            for document in documents
        ]
        self.is_left = bool(documents)
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (code, LANGUAGE_NAMES.get(code, code)) for code in languages
        ]


class JudgingForm(StudyForm):
    """Every criterion that a person judges: a verdict and what it rests on."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rows: Iterable[Row], seen: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(rows)
        self.initial["seen"] = seen
        for row in self.judged:
            key, judgement = row.criterion.key, row.judgement
            self.fields[f"verdict_{key}"] = forms.ChoiceField(
                label=row.criterion.label,
                choices=list(VERDICT_NAMES.items()),
                required=False,
                widget=forms.RadioSelect,
                initial=judgement.verdict if judgement else "",
            )
            self.fields[f"evidence_{key}"] = forms.CharField(
                label=_("Evidence"),
                required=False,
                max_length=2000,
                initial=judgement.evidence if judgement else "",
                widget=forms.Textarea(attrs={"rows": 1, "aria-label": f"{key}: {_('Evidence')}"}),
            )

    @property
    def judged(self) -> list[Row]:
        """The criteria that a person judges."""
        return [row for row in self.rows if row.criterion.judged_by_person]

    def lines(self) -> list[tuple[Row, BoundField | None, BoundField | None]]:
        """Every criterion with its two fields, or none where it is computed."""
        return [
            (row, self[f"verdict_{row.criterion.key}"], self[f"evidence_{row.criterion.key}"])
            if row.criterion.judged_by_person
            else (row, None, None)
            for row in self.rows
        ]

    def verdicts(self) -> dict[str, tuple[str, str]]:
        """Criterion to verdict and evidence, as entered."""
        data = self.cleaned_data
        return {
            row.criterion.key: (
                data[f"verdict_{row.criterion.key}"],
                data[f"evidence_{row.criterion.key}"],
            )
            for row in self.judged
        }

    def seen_again(self, rows: Iterable[Row], seen: int) -> JudgingForm:
        """The same input beside what counts now; saving again says that both were seen."""
        data = {name: self.data.get(name) for name in self.data} | {"seen": str(seen)}
        again = JudgingForm(data, rows=rows, seen=seen)
        again.is_valid()
        if self.refusal:
            again.refuse(self.refusal)
        return again

    def refuse(self, refusal: StudyError) -> None:
        """The sentence at the criterion it is about."""
        if not isinstance(refusal, CriterionRefused):
            return super().refuse(refusal)
        self.refusal = refusal
        self.add_error(f"{refusal.field}_{refusal.criterion}", str(refusal))
        return None


class ScreenFailureForm(StudyForm):
    """The end of screening."""

    reason = ReasonField(
        label=_("Reason"),
        required=False,
        help_text=_("Required when no criterion has failed."),
    )


class EnrolForm(StudyForm):
    """An arm with a place left and why this one, or nothing where the sealed list gives it."""

    arm = forms.ChoiceField(label=_("Arm"), widget=forms.RadioSelect)
    reason = ReasonField(label=_("Why this arm"))
    confirmed = forms.BooleanField(
        label=_("I have checked what stands here; an enrolment cannot be undone."),
        error_messages={"required": _("Confirm the enrolment.")},
    )

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if protocol.allocation.randomised:
            del self.fields["arm"], self.fields["reason"]
            return
        left = places_left()
        self.fields["arm"].choices = [  # type: ignore[attr-defined]
            (
                arm.key,
                _("%(arm)s: %(left)d of %(target)d places left")
                % {"arm": arm.label, "left": left[arm.key], "target": arm.target},
            )
            for arm in protocol.arms
        ]


class UnblindingForm(StudyForm):
    """Who is told an arm, and why."""

    category = forms.ChoiceField(
        label=_("Category"), choices=UnblindingCategory.choices, widget=forms.RadioSelect
    )
    told = forms.CharField(label=_("Who is told"), max_length=200)
    reason = ReasonField(label=_("Reason"))


class LeavingForm(AnswersForm):
    """How a participant leaves, who decided it, and what may stay, asked as its form says."""

    seen_revision = None  # type: ignore[assignment]

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            in_use("withdrawal"),
            data,
            answers={"on": timezone.localdate().isoformat()},
            revision=0,
            changing=False,
        )

    def clean(self) -> dict[str, Any]:
        """Each problem at its question; what is known of the participant the service checks."""
        cleaned = super().clean() or self.cleaned_data
        for problem in check(self.definition, self.answers(), complete=True):
            self.add_error(problem.item, problem.sentence)
        return cleaned

    @property
    def leaving(self) -> dict[str, Any]:
        """What the service takes."""
        said = {"kind": "", "decided_by": "", "reason": "", **self.answers()}
        day = PartialDate.parse(str(said.pop("on", ""))).earliest
        for name in ("data_may_stay", "images_may_stay"):
            said[name] = said.get(name) == "yes"
        return {**said, "on": day}


class ErasureForm(StudyForm):
    """The number once more, and why an identity is erased."""

    typed = forms.CharField(label=_("Subject number"), max_length=16)
    reason = ReasonField(label=_("Reason"))


class IdentityForm(StudyForm):
    """Why somebody looks at an identity."""

    reason = ReasonField(label=_("Why do you need to see it?"))
