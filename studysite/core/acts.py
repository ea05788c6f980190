"""Services run inside an act: a transaction with a named person, a purpose and a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from studysite.core import lockout
from studysite.core.access import Person
from studysite.core.audit.tables import subject_among
from studysite.core.audit.writer import Kind, Writer, writing
from studysite.core.errors import StudyError, WrongCredentials
from studysite.core.models import Act, Outcome, User
from studysite.core.roles import Action
from studysite.core.said import within

P = ParamSpec("P")
R = TypeVar("R")

_current: ContextVar[Act | None] = ContextVar("current_act", default=None)


def current() -> Act | None:
    """The act under way, if any."""
    return _current.get()


@contextmanager
def acting(
    by: Person | None,
    action: str,
    *,
    subject: str = "",
    detail: str = "",
    reason: str = "",
    among: Iterable[object] = (),
) -> Iterator[Act]:
    """Do what follows as one act, in one transaction. No person means the system itself. Whom a
    refused one was about is found among these rows."""
    act = Act(
        by=by if isinstance(by, User) else None,
        action=action,
        subject=subject,
        detail=within(detail, 500),
        reason=reason,
    )
    try:
        with _doing(act):
            yield act
    except StudyError as refusal:
        # Here, because the transaction that it ended took everything else back.
        if isinstance(refusal, WrongCredentials):
            lockout.count_failure(refusal.username)
        if _current.get() is None:
            _put_on_record(act, refusal, among)
        raise


def _put_on_record(act: Act, refusal: StudyError, among: Iterable[object]) -> None:
    """What somebody tried and a rule refused. The act itself went with its transaction."""
    tried = Act(
        by=act.by,
        action=act.action,
        subject=act.subject or subject_among(among),
        reason=act.reason,
        outcome=Outcome.REFUSED,
        code=refusal.code[:40],
    )
    with writing(_writer_of(tried)):
        tried.save(force_insert=True)


@contextmanager
def _doing(act: Act) -> Iterator[None]:
    with writing(_writer_of(act)):
        act.save(force_insert=True)
        token = _current.set(act)
        try:
            yield
        finally:
            _current.reset(token)


@contextmanager
def together(by: User, action: Action, *, among: Iterable[object]) -> Iterator[None]:
    """Several acts, done all or none. The refusal of one, whose record went back with the others,
    is put on record here."""
    try:
        with transaction.atomic():
            yield
    except StudyError as refusal:
        if _current.get() is None:
            _put_on_record(Act(by=by, action=action.value), refusal, among)
        raise


@contextmanager
def writing_for(by: User, action: Action) -> Iterator[None]:
    """A transaction in a person's name without an act of its own, for one of the many rows of
    something that is on record as one act."""
    with writing(Writer(Kind.PERSON, by.username, action.value)):
        yield


def _writer_of(act: Act) -> Writer:
    """How the audit trail names whoever acts."""
    kind = Kind.PERSON if act.by else Kind.SYSTEM
    actor = act.by.username if act.by else "system"
    return Writer(kind, actor, act.action, str(act.pk), act.reason)


def service(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an act: keyword-only, `by=` the person, `reason=` where it has one."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by, reason = kwargs.get("by"), kwargs.get("reason", "")
            person = by if isinstance(by, User) else None
            rows = kwargs.values()
            with acting(person, action.value, reason=str(reason), among=rows):
                return function(*args, **kwargs)

        run.action = action  # type: ignore[attr-defined]
        return run

    return wrap


def about(subject: str, detail: str = "", *, action: Action | None = None) -> None:
    """Say whom the act under way concerns and what it came to, as `said`; `action`,
    where it turned out to be a more particular one."""
    act = _current.get()
    if act is None:
        raise RuntimeError("about() is called inside an act")
    act.subject, act.detail = subject, within(detail, 500)
    act.action = action.value if action else act.action
    act.save(update_fields=["subject", "detail", "action"])
