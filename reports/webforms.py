"""The forms of the pages of reports, one a page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.exports.formats import FORMATS
from reports.models.document import LANGUAGE_LABELS
from studysite.core.models import JobState
from studysite.core.webforms import CodeField, ReasonField, StudyForm

# The stored meaning is the English sentence; pages and documents show it in the reader's language.
MEANINGS = {
    "Reviewed and approved": _("Reviewed and approved"),
    "Responsible for the content": _("Responsible for the content"),
    "Written by me": _("Written by me"),
}


class SummaryForm(StudyForm):
    """A case summary, in one language or in both."""

    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGE_LABELS.items()))


class ExportForm(StudyForm):
    """A format of exports."""

    format = forms.ChoiceField(
        label=_("Format"), choices=[(key, form.label) for key, form in FORMATS.items()]
    )


class SignatureForm(StudyForm):
    """What a signature means, and the password again. `seen_sha256`: the content looked at."""

    seen_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    meaning = forms.ChoiceField(label=_("Meaning"), choices=list(MEANINGS.items()))
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Signing takes your password again. Nobody signs for another."),
    )
    code = CodeField()


class LockForm(StudyForm):
    """Why a case is closed."""

    reason = ReasonField(label=_("Reason"))


class JobFilterForm(forms.Form):
    """What the list of jobs is narrowed by."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *JobState.choices]
    )
