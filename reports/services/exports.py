"""Asking for an export, making it, and taking it away. Each is on record."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from reports import storage
from reports.exports.formats import Written, find_format, write_export
from reports.exports.scope import Scope, scope_of
from reports.exports.snapshot import beside
from reports.models import DocumentState, Export
from studysite.core import jobs
from studysite.core.access import require
from studysite.core.acts import about, acting, service
from studysite.core.errors import NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said

KIND = "export"
# How often the job says how far it is.
TELL_SECONDS = 1.0


@service(Action.EXPORT)
def ask_export(*, by: User, format: str) -> Export:
    """Ask for what the person may take out, in a format; a worker makes it."""
    require(by, Action.EXPORT)
    form, scope = find_format(format), scope_of(by)
    export = Export.objects.create(
        format=form.key,
        sites=list(scope.sites),
        kinds=sorted(scope.kinds),
        whole=scope.whole,
        by=by,
    )
    export.job = jobs.ask(
        kind=KIND, key=f"{KIND}:{export.pk}", target=str(export.pk), subject="", by=by
    )
    export.save(update_fields=["job"])
    about("", said("Export asked for: %(format)s", format=form.label))
    return export


def visible_exports(*, by: User) -> list[Export]:
    """The exports that hold nothing which the person may not see, newest first."""
    mine = scope_of(by)
    rows = Export.objects.select_related("by", "job").order_by("-at", "-pk")
    return [row for row in rows if _may_see(mine, row)]


def find_export(*, by: User, pk: int) -> Export:
    """An export that the person may see; otherwise there is none."""
    row = Export.objects.select_related("by", "job").filter(pk=pk).first()
    if row is None or not _may_see(scope_of(by), row):
        raise NotThere(_("There is no such export."))
    return row


def _may_see(mine: Scope, row: Export) -> bool:
    whole = mine.whole or not row.whole
    return whole and set(row.sites) <= set(mine.sites) and set(row.kinds) <= mine.kinds


@service(Action.EXPORT)
def open_export(*, by: User, export: Export) -> Path:
    """The file of an export for a person who takes it away; each time is recorded."""
    require(by, Action.EXPORT)
    row = find_export(by=by, pk=export.pk)
    if row.state != DocumentState.MADE:
        raise OutOfOrder(_("This export is still being made."))
    path = path_of(row)
    if not path.exists():
        raise NotThere(_("The file of this export is not kept here; make it again."))
    about("", said("Export taken away: sha256 %(sha256)s", sha256=row.sha256))
    return path


def path_of(export: Export) -> Path:
    """Where the file of an export lies."""
    return storage.export_path(export.pk, find_format(export.format).suffix)


def file_name(export: Export) -> str:
    """What the file is called when it leaves."""
    form = find_format(export.format)
    return f"study-{form.key}-{export.pk}.{form.suffix}"


def make_export(held: jobs.Held) -> None:
    """Do the job of one export, with what its person may see now. The file gets its name in the
    transaction that says that it is made."""
    export = Export.objects.select_related("by").get(pk=held.job.target)
    if export.state == DocumentState.MADE:
        with held.storing():
            return
    form, scope = find_format(export.format), scope_of(export.by)

    @contextmanager
    def recorded(written: Written) -> Iterator[None]:
        with acting(export.by, Action.EXPORT.value), held.storing():
            yield
            _store(export, scope, written)
            made = said(
                "Exported as %(format)s: sha256 %(sha256)s",
                format=form.label,
                sha256=written.sha256,
            )
            about("", made)

    write_export(path_of(export), form, scope, _Telling(held), recorded)


def _store(export: Export, scope: Scope, written: Written) -> None:
    export.sites, export.kinds = list(scope.sites), sorted(scope.kinds)
    export.whole = scope.whole
    export.sha256, export.bytes_count = written.sha256, written.bytes_count
    export.dataset_sha256 = written.head.dataset_sha256
    export.checkpoint = written.head.checkpoint
    export.state, export.made_at = DocumentState.MADE, timezone.now()
    export.save()


class _Telling:
    """Says how far a job is, now and then, on a connection of its own."""

    def __init__(self, held: jobs.Held) -> None:
        self.held, self.last = held, 0.0

    def __call__(self, share: float) -> None:
        """So far."""
        now = time.monotonic()
        if now - self.last >= TELL_SECONDS:
            self.last = now
            beside(lambda: self.held.progress(share, said("Writing the file")))
