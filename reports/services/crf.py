"""A form of a participant taken out of the system as PDF, which is on record."""

from __future__ import annotations

from enrollment.form_page import Opened
from reports.catalog import crf
from reports.pdf import Pdf
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import both, said


@service(Action.SEE_CLINICAL)
def form_as_pdf(*, by: User, opened: Opened) -> Pdf:
    """What is on record of one form, as a document."""
    require(by, Action.SEE_CLINICAL, opened.participant.site)
    form = opened.definition
    revision = opened.entry.revision if opened.entry else 0
    done = said(
        "Form %(form)s as PDF, revision %(revision)s",
        form=both(en=form.title_en, zh=form.title_zh),
        revision=revision,
    )
    about(opened.participant.number, done)
    return crf.filled(opened)
