"""Consent, by version, language and signer."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.journey import State
from enrollment.models import Consent, Participant
from enrollment.protocol.definition import ConsentDocument
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.eligibility import recompute
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, OutOfOrder
from studysite.core.language_names import LANGUAGE_NAMES
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said, word


@service(Action.RECORD_CONSENT)
def record_consent(
    *, by: User, participant: Participant, document_version: str, language: str, signed_on: date
) -> Consent:
    """Record that a participant signed a version of the consent form."""
    require(by, Action.RECORD_CONSENT, participant.site)
    row = way.hold(participant)
    _check(document_version, language, signed_on)
    if Consent.objects.filter(participant=row, document_version=document_version).exists():
        sentence = _("Consent to version %(version)s is already recorded.")
        raise Conflict(sentence % {"version": document_version}, field="document_version")
    consent = Consent.objects.create(
        participant=row,
        document_version=document_version,
        language=language,
        signed_on=signed_on,
        obtained_by=by,
    )
    if row.state == State.SCREENED:
        way.step(row, State.CONSENTED)
    recompute(row)
    about(
        row.number,
        said(
            "Consent version %(version)s, %(language)s, signed on %(date)s",
            version=document_version,
            language=word(LANGUAGE_NAMES.get(language, language)),
            date=signed_on.isoformat(),
        ),
    )
    participant.refresh_from_db()
    return consent


def missing_consent(participant: Participant) -> ConsentDocument | None:
    """The version of the consent form that is due today and not signed."""
    due = current().current_consent(timezone.localdate())
    signed = {consent.document_version for consent in participant.consents.all()}
    return due if due and due.version not in signed else None


def require_consent(participant: Participant) -> Consent:
    """The consent that covers today; data outside a valid one is refused."""
    due = current().current_consent(timezone.localdate())
    version = due.version if due else None
    consent = participant.consents.filter(document_version=version).first()
    if consent is None:
        sentence = _("%(number)s has not consented to version %(version)s of the consent form.")
        raise OutOfOrder(
            sentence % {"number": participant.number, "version": version}, code="no_consent"
        )
    return consent


def _check(document_version: str, language: str, signed_on: date) -> None:
    documents = {document.version: document for document in current().consent_documents}
    document = documents.get(document_version)
    if document is None:
        sentence = _("There is no version %(version)s of the consent form.")
        raise Invalid(sentence % {"version": document_version}, field="document_version")
    if language not in document.languages:
        raise Invalid(_("The consent form was not released in this language."), field="language")
    if signed_on > timezone.localdate():
        raise Invalid(_("The date of consent lies in the future."), field="signed_on")
    if signed_on < document.released_on:
        raise Invalid(_("This version was released after that date."), field="signed_on")
