"""What can go wrong, as sentences for the person who reads them."""

from __future__ import annotations

from django.http import Http404

from studysite.core.said import say


class StudyError(Exception):
    """A rule of the study that was not kept. `code` is stable, the text is for people: `str` says
    it in the reader's language, `sentence` is what is kept of it."""

    code = "study_error"
    status = 400

    def __init__(self, sentence: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).code
        self.field = field

    def __str__(self) -> str:
        return say(self.sentence)


class Invalid(StudyError):
    """What was entered cannot be right."""

    code = "invalid"
    status = 422


class NotPermitted(StudyError):
    """The person's role does not allow this."""

    code = "not_permitted"
    status = 403


class WrongCredentials(NotPermitted):
    """Somebody did not prove who they are. Counted against the account by the act that it ends."""

    code = "wrong_credentials"

    def __init__(self, sentence: str, *, username: str, field: str | None = None) -> None:
        super().__init__(sentence, field=field)
        self.username = username


class LockedOut(StudyError):
    """Too many failures for this account; none is tried for a while."""

    code = "locked_out"
    status = 429


class OutOfOrder(StudyError):
    """The step does not follow from the state the record is in."""

    code = "out_of_order"
    status = 409


class NoRoom(StudyError):
    """The disk is full."""

    code = "no_room"
    status = 507


class Conflict(StudyError):
    """Something else has happened to the record meanwhile."""

    code = "conflict"
    status = 409


class NotThere(StudyError, Http404):
    """No such record, or none that this person may know of."""

    code = "not_there"
    status = 404
