"""allauth's forms, counting failures for the lock-out and asked in the site's own words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from studysite.core import lockout
from studysite.core.errors import LockedOut


class SignInForm(LoginForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """allauth's check, with one sentence for every reason why it fails."""
        try:
            return super().clean()
        except ValidationError as error:
            sentence = _("The user name or the password is not right.")
            raise ValidationError(sentence, code="wrong_credentials") from error


class _Counted(forms.Form):
    """A code that is wrong counts like a wrong password."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("From your authenticator app, or a recovery code.")
        self.fields["code"].widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        """The code, if it is right and the account not locked."""
        try:
            lockout.refuse_locked(self.user.username)
            return str(super().clean_code())  # type: ignore[misc]
        except LockedOut as error:
            raise ValidationError(str(error), code=error.code) from error
        except ValidationError:
            lockout.count_failure(self.user.username)
            raise


class CodeForm(_Counted, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_Counted, ReauthenticateForm):
    """The second factor again, before the account's own settings are changed."""


class KeyForm(AuthenticateWebAuthnForm):
    """A security key as the second step of signing in, or at signing. What is no answer of a key at
    all is refused like a wrong one."""

    def clean_credential(self) -> Any:
        """The enrolled key that answered."""
        try:
            return super().clean_credential()
        except KeyError as error:
            raise ValidationError(_("The key was not accepted."), code="no_answer") from error


class KeyAgainForm(KeyForm):
    """A security key again, before the account's own settings are changed."""

    reauthenticated = True


class PasswordForm(ChangePasswordForm):
    """A new password, for who knows the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {
            "oldpassword": _("Your password now"),
            "password1": _("New password"),
            "password2": _("New password again"),
        }
        for name, label in names.items():
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.pop("placeholder", None)

    def clean_oldpassword(self) -> str:
        """The old password; a wrong one counts."""
        try:
            lockout.refuse_locked(self.user.username)
            return str(super().clean_oldpassword())
        except LockedOut as error:
            raise ValidationError(str(error), code=error.code) from error
        except ValidationError:
            lockout.count_failure(self.user.username)
            raise
