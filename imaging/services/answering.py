"""Answers to the read form, by whomever and of whatever case: saved as they come, then final."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.crfs.checking import check, without_blanks
from enrollment.definitions import in_use
from enrollment.services.forms import FormInvalid
from imaging.models import Adjudication, Read, TrainingRead
from studysite.core.errors import Conflict, NotThere, OutOfOrder
from studysite.core.models import User

READ = "neurovascular_read"
Row = TypeVar("Row", Read, Adjudication, TrainingRead)
StudyRow = TypeVar("StudyRow", Read, Adjudication)


def own(by: User, row: Row, seen_revision: int | None) -> Row:
    """The reader's own row, held, not final yet, and as the reader last saw it."""
    held: Row = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if held.reader_id != by.pk:
        raise NotThere(_("There is no such case in your worklist."))
    if held.done_at:
        raise OutOfOrder(_("This read is locked."))
    if seen_revision is not None and seen_revision != held.revision:
        raise Conflict(
            _("This case was answered in another window meanwhile; look at both, and save again."),
            code="changed_meanwhile",
        )
    return held


def take(
    row: Read | Adjudication | TrainingRead,
    answers: Mapping[str, Any],
    *,
    seconds: int,
    final: bool,
) -> None:
    """Put answers into a held row; final ones are whole. Each time is a revision, and the audit
    trail keeps every one of them. `seconds` is the time that the browser counted since it last
    told, and counts no further back than the reader was last seen at the case."""
    kept, definition, now = without_blanks(answers), in_use(READ), timezone.now()
    if problems := check(definition, kept, complete=final):
        raise FormInvalid(problems)
    passed = int((now - row.looked_at).total_seconds()) if row.looked_at else 0
    row.seconds += max(0, min(seconds, passed))
    row.looked_at = now
    row.answers, row.form_version = kept, definition.version
    row.revision += 1
