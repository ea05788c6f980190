"""Forms of pages: a rule of the study that was not kept is shown where the person entered it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from studysite.core.access import sites_for
from studysite.core.errors import NotPermitted, NotThere, StudyError
from studysite.core.models import Site, User
from studysite.core.roles import Action, Role


class StudyForm(forms.Form):
    """A form whose service may refuse: the input is kept, the answer has the refusal's status."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusal: StudyError | None = None

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Run a service inside; its refusal becomes the sentence at its field or on top."""
        try:
            yield
        except (NotPermitted, NotThere):
            raise
        except StudyError as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: StudyError) -> None:
        """Show a refusal."""
        self.refusal = refusal
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        if self.refusal is not None:
            return self.refusal.status
        return 422 if self.is_bound and self.errors else 200


class CodeField(forms.CharField):
    """The second factor at signing: a code, or a security key that fills one in."""

    by_key = True

    def __init__(self, **more: Any) -> None:
        super().__init__(
            label=_("Code of your second factor"),
            required=False,
            max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
            help_text=_("If you have one: from your authenticator app, or a recovery code."),
            **more,
        )


class FirstPasswordForm(StudyForm):
    """A password, twice."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters, and not one of the common ones."),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """The same as before."""
        if self.cleaned_data["again"] != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords are not the same."))
        return str(self.cleaned_data["again"])


class RoleForm(StudyForm):
    """A role at one of the administrator's sites."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    role = forms.TypedChoiceField(label=_("Role"), choices=Role.choices, coerce=Role)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites_for(  # type: ignore[attr-defined]
            by, Action.MANAGE_ACCOUNTS
        )


class InvitationForm(RoleForm):
    """Who is invited, as what, and in which language the mail is."""

    printed_name = forms.CharField(
        label=_("Printed name"), max_length=200, help_text=_("As it stands under a signature.")
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=32,
        help_text=_("Names this person for ever; it is never given to somebody else."),
    )
    email = forms.EmailField(label=_("E-mail"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    field_order = ("printed_name", "username", "email", "site", "role", "language")


class SiteForm(StudyForm):
    """A hospital."""

    code = forms.CharField(
        label=_("Code"), max_length=8, help_text=_("Begins every subject number of the site.")
    )
    name = forms.CharField(label=_("Name"), max_length=200)


class CloseForm(StudyForm):
    """Why something is ended."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )


class DayField(forms.DateField):
    """A whole date, written and read as YYYY-MM-DD in every language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)


class ReasonField(forms.CharField):
    """A reason that stays on record."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, **kwargs)
