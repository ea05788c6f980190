"""The part of a case that enrolment knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enrollment.crfs.registry import FORMS
from enrollment.models import Participant
from enrollment.protocol.loader import current
from enrollment.services.eligibility import criteria_of
from reports.case.content import (
    Allocated,
    Answer,
    Consented,
    Filled,
    Judged,
    Left,
    ScreenFailed,
    Subject,
    Visited,
)


def subject_of(participant: Participant) -> Subject:
    """The subject number and what screening recorded."""
    return Subject(
        number=participant.number,
        site=participant.site.code,
        site_name=participant.site.name,
        registry_id=current().registry_id,
        protocol_version=participant.protocol_version,
        screened_on=participant.screened_on,
        year_of_birth=participant.year_of_birth,
        sex=participant.sex,
        affected_side=participant.affected_side,
        onset=participant.onset,
    )


def allocated(participant: Participant) -> Allocated | None:
    """The arm, once there is one."""
    row = getattr(participant, "enrolment", None)
    if row is None:
        return None
    return Allocated(row.arm, row.position, row.method, row.reason, row.on, str(row.by))


def consents_of(participant: Participant) -> tuple[Consented, ...]:
    """Every consent, oldest first."""
    rows = participant.consents.select_related("obtained_by").order_by("signed_on", "pk")
    return tuple(
        Consented(row.document_version, row.language, row.signed_on, str(row.obtained_by))
        for row in rows
    )


def judged(participant: Participant) -> tuple[Judged, ...]:
    """Every criterion of the protocol with its newest verdict."""
    return tuple(
        Judged(
            criterion=row.criterion.key,
            verdict=row.verdict.value,
            evidence=row.judgement.evidence if row.judgement else "",
            by=str(row.judgement.by) if row.judgement and row.judgement.by else "",
            at=row.judgement.at if row.judgement else None,
        )
        for row in criteria_of(participant)
    )


def screen_failed(participant: Participant) -> ScreenFailed | None:
    """How a screening ended that led nowhere."""
    row = getattr(participant, "screen_failure", None)
    if row is None:
        return None
    failed, unknown = (tuple(row.criteria.get(key, ())) for key in ("failed", "unknown"))
    return ScreenFailed(failed, unknown, row.reason, row.on, str(row.by))


def left(participant: Participant) -> Left | None:
    """How a participant left, if so."""
    row = getattr(participant, "withdrawal", None)
    if row is None:
        return None
    return Left(row.kind, row.on, row.decided_by, row.data_may_stay, row.reason, str(row.by))


def visits_of(participant: Participant) -> tuple[Visited, ...]:
    """Every planned visit, by the day it is due."""
    rows = participant.visits.order_by("due_on", "pk")
    return tuple(Visited(row.key, row.due_on, row.opens_on, row.closes_on) for row in rows)


def forms_of(participant: Participant) -> tuple[Filled, ...]:
    """Every form as it stands, in the order of the visits and of the forms."""
    visits = [plan.key for plan in current().visits]
    rows = participant.entries.select_related("by")
    forms = [
        Filled(
            form=row.form,
            form_version=row.form_version,
            visit=row.visit,
            state=row.state,
            revision=row.revision,
            answers=answers_of(row.form, row.answers),
            by=str(row.by),
            at=row.at,
        )
        for row in rows
    ]
    return tuple(sorted(forms, key=lambda row: (visits.index(row.visit), row.form)))


def answers_of(form: str, answers: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Answers in the order of the form's items; one that the form has no longer comes last."""
    names = [item.name for item in FORMS[form].items] if form in FORMS else []
    order = {name: place for place, name in enumerate(names)}
    known = sorted(answers, key=lambda name: (order.get(name, len(order)), name))
    return tuple(Answer(form, name, answers[name]) for name in known)
