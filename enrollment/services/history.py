"""Taking in answers from before, sheet by sheet: each row as if somebody had entered the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.crfs.definition import Form, Place
from enrollment.crfs.registry import FORMS
from enrollment.definitions import in_use
from enrollment.history_sheet import NUMBER, REPEAT, VERSION, VISIT, Line, Problem, read
from enrollment.models import Participant
from enrollment.services import way
from enrollment.services.forms import FormInvalid, FormUnlikely, save_form
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, StudyError
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import both, said

TAKEN_IN = (Place.VISIT, Place.LOG)
# The column that a refusal is about, where it is not about an item.
COLUMNS = {"visit": VISIT, "repeat": REPEAT, "seen_revision": REPEAT}


class SheetRefused(Invalid):
    """A sheet that is not taken in, with everything that is wrong with it."""

    code = "sheet_refused"

    def __init__(self, problems: Sequence[Problem], rows: int) -> None:
        count = len(problems)
        sentence = ngettext(
            "Nothing was taken in: %(count)d problem, the first in row %(row)d.",
            "Nothing was taken in: %(count)d problems, the first in row %(row)d.",
            count,
        )
        super().__init__(sentence % {"count": count, "row": problems[0].row}, field="file")
        self.problems = list(problems)
        self.count = rows


@dataclass(frozen=True)
class Checked:
    """What a sheet would do: so many forms, or these problems."""

    count: int
    problems: list[Problem]


def forms_for_sheets() -> list[Form]:
    """The forms that people enter, in use."""
    return [in_use(key) for key, form in FORMS.items() if form.place in TAKEN_IN]


@service(Action.IMPORT_FORMS)
def check_sheet(*, by: User, form: str, content: bytes, reason: str) -> Checked:
    """Take a sheet in, see what comes of it, and take all of it back: nothing is kept, but that
    somebody looked."""
    require(by, Action.IMPORT_FORMS)
    definition = _definition(form)
    with transaction.atomic():
        checked = _take_in(by, definition, content, reason.strip() or _("Dry run"))
        transaction.set_rollback(True)
    told = both(en=definition.title_en, zh=definition.title_zh)
    about("", said("Sheet of %(form)s checked: %(count)s rows", form=told, count=checked.count))
    return checked


@service(Action.IMPORT_FORMS)
def import_sheet(*, by: User, form: str, content: bytes, reason: str) -> int:
    """Take every row of a sheet in, or none. Answers that are unlikely are kept with the reason of
    the import."""
    require(by, Action.IMPORT_FORMS)
    if not reason.strip():
        raise Invalid(_("Say where these answers come from."), field="reason")
    definition = _definition(form)
    checked = _take_in(by, definition, content, reason.strip())
    if checked.problems:
        raise SheetRefused(checked.problems, checked.count)
    told = both(en=definition.title_en, zh=definition.title_zh)
    about("", said("Sheet of %(form)s taken in: %(count)s rows", form=told, count=checked.count))
    return checked.count


def _definition(form: str) -> Form:
    found = {each.key: each for each in forms_for_sheets()}.get(form)
    if found is None:
        raise Invalid(_("This form is not taken in from a sheet."), field="form")
    return found


def _take_in(by: User, form: Form, content: bytes, reason: str) -> Checked:
    lines, problems = read(content, form)
    for line in lines:
        problems += _enter(by, form, line, reason)
    return Checked(len(lines), sorted(problems, key=lambda each: (each.row, each.column)))


def _enter(by: User, form: Form, line: Line, reason: str) -> list[Problem]:
    """Enter one row; what refuses it. A row that was refused leaves nothing."""
    if line.version and line.version != form.version:
        sentence = _("The form is in version %(version)s now.") % {"version": form.version}
        return [Problem(line.row, VERSION, sentence)]
    if not line.repeat.isdecimal():
        return [Problem(line.row, REPEAT, _("This is not a whole number."))]
    try:
        row = way.find(by=by, number=line.number, action=Action.ENTER_FORM)
        with transaction.atomic():
            _save(by, form, row, line, reason)
    except FormInvalid as refusal:
        return [Problem(line.row, each.item, each.sentence) for each in refusal.problems]
    except Conflict:
        return [Problem(line.row, NUMBER, _("This form is filled in already."))]
    except StudyError as refusal:
        column = COLUMNS.get(refusal.field or "", NUMBER)
        return [Problem(line.row, column, str(refusal))]
    return []


def _save(by: User, form: Form, row: Participant, line: Line, reason: str) -> None:
    remarks: dict[str, str] = {}
    for last in (False, True):
        try:
            with transaction.atomic():
                save_form(
                    by=by,
                    participant=row,
                    form=form.key,
                    visit=line.visit,
                    answers=line.answers,
                    seen_revision=0,
                    submit=True,
                    remarks=remarks,
                    repeat=int(line.repeat),
                )
            return
        except FormUnlikely as unlikely:
            if last:
                raise
            remarks = {finding.key: reason for finding in unlikely.problems}
