"""Asking for a case summary, and making it."""

from __future__ import annotations

from pathlib import Path

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Participant
from imaging.services.summaries import summary_object
from reports import storage
from reports.case.content import Case, case_of
from reports.catalog import case_summary
from reports.catalog.case_summary import CHOICES, KIND, Made
from reports.models import Document, DocumentState
from reports.models.document import LANGUAGE_LABELS
from reports.pdf import Pdf
from studysite.core import jobs
from studysite.core.access import require, scoped
from studysite.core.acts import about, acting, service
from studysite.core.errors import Invalid, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said, word


def find_document(*, by: User, pk: int) -> Document:
    """A document of the sites whose case summaries the person may see; otherwise there is none."""
    rows = Document.objects.select_related("participant__site", "job", "by")
    found = scoped(rows, by, Action.SEE_CASE_SUMMARY, "participant__site").filter(pk=pk).first()
    if found is None:
        raise NotThere(_("There is no such document."))
    return found


@service(Action.MAKE_CASE_SUMMARY)
def ask_case_summary(*, by: User, participant: Participant, language: str) -> Document:
    """Ask for the next version of a participant's case summary; a worker makes it."""
    require(by, Action.MAKE_CASE_SUMMARY, participant.site)
    if language not in CHOICES:
        raise Invalid(_("A case summary is in English or in Chinese."), field="language")
    # The row is held so that two requests never get one version.
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    earlier = row.documents.filter(kind=KIND).aggregate(last=Max("version"))["last"] or 0
    document = Document.objects.create(
        participant=row, kind=KIND, version=earlier + 1, language=language, by=by
    )
    document.job = jobs.ask(
        kind=KIND,
        key=f"{KIND}:{document.pk}",
        target=str(document.pk),
        subject=row.number,
        by=by,
    )
    document.save(update_fields=["job"])
    asked = said(
        "Case summary version %(version)s asked for, %(language)s",
        version=document.version,
        language=word(LANGUAGE_LABELS[language]),
    )
    about(row.number, asked)
    return document


def make_case_summary(held: jobs.Held) -> None:
    """Do the job of one document. The file is on the disk before the row says that it is made."""
    document = Document.objects.select_related("participant", "by").get(pk=held.job.target)
    if document.state == DocumentState.MADE:
        with held.storing():
            return
    held.progress(0.1, said("Gathering the case"))
    case = case_of(document.participant)
    held.progress(0.3, said("Setting the pages"))
    made = Made(document.version, str(document.by), document.at)
    pdf = render_case(case, document.language, made)
    digest = storage.keep_document(pdf.content)
    as_object = summary_object(
        document.participant, pdf.content,
        version=document.version, title=f"Case summary, {document.language}", at=document.at,
    )  # fmt: skip
    with acting(document.by, Action.MAKE_CASE_SUMMARY, subject=held.job.subject), held.storing():
        document.content_sha256, document.sha256 = case.content.sha256, digest
        document.pages_count, document.made_at = pdf.pages_count, timezone.now()
        document.state = DocumentState.MADE
        document.save()
        if as_object is not None:
            as_object.save()
        made_it = said(
            "Case summary version %(version)s: sha256 %(sha256)s",
            version=document.version,
            sha256=digest,
        )
        about(held.job.subject, made_it)


def document_path(document: Document) -> Path:
    """The file of a finished document. Raises OutOfOrder while it is still being made."""
    if document.state != DocumentState.MADE:
        raise OutOfOrder(_("This document is still being made."))
    return storage.document_path(document.sha256)


@service(Action.SEE_CASE_SUMMARY)
def open_document(*, by: User, document: Document) -> Path:
    """The file of a document for a person who reads it; each look is recorded."""
    require(by, Action.SEE_CASE_SUMMARY, document.participant.site)
    path = document_path(document)
    opened = said("Case summary version %(version)s opened", version=document.version)
    about(document.participant.number, opened)
    return path


def render_case(case: Case, language: str, made: Made | None = None) -> Pdf:
    """A case as its PDF, with the pictures that are kept of it."""
    found = case.content.measurement
    names = [picture.stored_as for picture in found.pictures] if found else []
    return case_summary.render(case, language=language, kept=storage.pictures(names), made=made)
