"""Inviting people: an account without a password, and a mailed link that sets one, once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from studysite.core import lockout, second_factor
from studysite.core.access import require
from studysite.core.accounts import check_names
from studysite.core.acts import about, acting, service
from studysite.core.errors import Invalid, NotThere, OutOfOrder, StudyError
from studysite.core.models import Invitation, Membership, Site, User
from studysite.core.roles import Action, Role
from studysite.core.said import said, word
from studysite.core.sessions import end_all

TOKEN_BYTES = 32


class MailFailed(StudyError):
    """The mail server did not take the invitation; whoever invites tries again."""

    code = "mail_failed"
    status = 503


@service(Action.MANAGE_ACCOUNTS)
def invite(
    *,
    by: User,
    username: str,
    printed_name: str,
    email: str,
    site: Site,
    role: Role,
    language: str,
    root: str,
) -> User:
    """Make an account with its first role and mail its holder a link. `root` is the site's address
    as the browser knows it."""
    require(by, Action.MANAGE_ACCOUNTS, site)
    check_names(username, printed_name)
    _check_email(email)
    user = User(username=username, printed_name=printed_name.strip(), email=email)
    user.set_unusable_password()
    user.save()
    Membership.objects.create(user=user, site=site, role=role)
    _mail(by, user, language, root)
    about(username, said("Invited: %(role)s at %(site)s", role=word(role.label), site=site.code))
    return user


@service(Action.MANAGE_ACCOUNTS)
def invite_again(*, by: User, user: User, language: str, root: str, reason: str) -> Invitation:
    """A new link for somebody whose link ran out, or who lost their password or second factor. What
    opened the account until now is ended."""
    for site in Site.objects.filter(memberships__user=user).distinct():
        require(by, Action.MANAGE_ACCOUNTS, site)
    require(by, Action.MANAGE_ACCOUNTS)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    if not user.is_active:
        raise OutOfOrder(_("This account is closed."))
    if by == user:
        raise OutOfOrder(_("Another administrator has to do this for you."))
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_all(user)
    second_factor.forget(user)
    Invitation.objects.filter(user=user, used_at=None).update(expires_at=timezone.now())
    about(user.username, said("Invited again; password and second factor ended"))
    return _mail(by, user, language, root)


def find_invitation(token: str) -> Invitation:
    """The invitation of a link that still opens; otherwise there is none."""
    rows = Invitation.objects.filter(
        token_sha256=_digest(token),
        used_at=None,
        expires_at__gt=timezone.now(),
        user__is_active=True,
    )
    found = rows.select_related("user").first()
    if found is None:
        sentence = _("This link was used, or has run out. Ask your administrator for a new one.")
        raise NotThere(sentence)
    return found


def accept(*, token: str, password: str) -> User:
    """Set the password that a link allows. Of two who try at once, one does."""
    user = find_invitation(token).user
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from error
    with acting(user, "invitation_accepted", subject=user.username):
        now = timezone.now()
        rows = Invitation.objects.filter(token_sha256=_digest(token), used_at=None)
        if not rows.filter(expires_at__gt=now).update(used_at=now):
            find_invitation(token)
        user.set_password(password)
        user.save(update_fields=["password"])
    lockout.forget_failures(user.username)
    return user


def _mail(by: User, user: User, language: str, root: str) -> Invitation:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        user=user,
        token_sha256=_digest(token),
        expires_at=timezone.now() + timedelta(hours=settings.INVITATION_HOURS),
        by=by,
    )
    told = {
        "name": user.printed_name,
        "username": user.username,
        "study": settings.STUDY_NAME,
        "link": f"{root.rstrip('/')}/accounts/invitation/{token}/",
        "hours": settings.INVITATION_HOURS,
    }
    with translation.override(language):
        subject = _("Your account for the study %(study)s") % told
        parts = [
            _("Dear %(name)s,"),
            _("you have an account for the study %(study)s. Your user name is %(username)s."),
            _("Set your password with this link. It works once, for %(hours)s hours:"),
            "%(link)s",
        ]
        body = "\n\n".join(part % told for part in parts) + "\n"
    try:
        send_mail(subject, body, None, [user.email])
    except OSError as error:
        # A mail server's refusal (an SMTPException) and its silence are both OSErrors.
        sentence = _("The mail could not be sent, so nothing was changed. Try again later.")
        raise MailFailed(sentence) from error
    return invitation


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(_("This is no e-mail address."), field="email") from error


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
