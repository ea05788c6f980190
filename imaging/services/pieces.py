"""A file of an arrival in pieces, so that a cut connection goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from imaging import pieces
from imaging.dicom.web.multipart import Readable
from imaging.models import Intake, IntakeFile, IntakeState
from imaging.models.intake import Door
from imaging.services.intake import number_file
from studysite.core.access import require, scoped
from studysite.core.errors import Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action


@dataclass(frozen=True)
class Came:
    """How much of a file there is, bytes, and its row once it is whole."""

    at: int
    file: IntakeFile | None


def so_far(*, by: User, intake: Intake, key: UUID) -> Came:
    """How much of a file there is."""
    require(by, Action.UPLOAD_SCAN, intake.site)
    row = intake.files.filter(key=key).first()
    return Came(row.size, row) if row else Came(pieces.arrived(intake.pk, key), None)


def add_piece(*, by: User, intake: Intake, key: UUID, at: int, size: int, stream: Readable) -> Came:
    """Add a piece of a file of `size` bytes that begins at `at`; it is on disk when this returns.
    Sent twice it is there once."""
    require(by, Action.UPLOAD_SCAN, intake.site)
    if not 0 <= at <= size:
        raise Invalid(_("A piece begins inside its file."), field="at")
    if size > settings.INTAKE_MAX_BYTES:
        raise Invalid(_("The file is larger than this site takes."), code="too_large")
    if row := intake.files.filter(key=key).first():
        return Came(row.size, row)
    # Asked for again, for the intake at hand may be of before another tab ended the arrival.
    if not Intake.objects.filter(pk=intake.pk, state=IntakeState.OPEN).exists():
        raise OutOfOrder(_("This arrival is closed; start another one."))
    there = pieces.add(intake.pk, key, stream, at=at, size=size)
    if there < size:
        return Came(there, None)
    draft = pieces.whole(intake.pk, key)
    return Came(there, number_file(by=by, intake=intake, draft=draft, key=key))


def not_ended(by: User) -> QuerySet[Intake]:
    """A person's own uploads that they have not ended, newest first."""
    rows = Intake.objects.filter(by=by, door=Door.UPLOAD, state=IntakeState.OPEN)
    mine = scoped(rows, by, Action.UPLOAD_SCAN).select_related("participant")
    return mine.annotate(files_count=Count("files")).order_by("-at")
