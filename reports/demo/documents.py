"""The demo's documents."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from enrollment.models import Participant
from imaging.models import Measurement, MeasurementState
from reports.demo import stage, story
from reports.models import Document, DocumentState
from reports.services.case_summary import ask_case_summary, document_path
from studysite.core.audit import sealing
from studysite.core.errors import StudyError


def newest_measurement(participant: Participant) -> Measurement | None:
    """The newest measurement that has numbers."""
    return (
        Measurement.objects.filter(series__participant=participant, state=MeasurementState.MEASURED)
        .order_by("-at")
        .first()
    )


def numbers(participant: Participant) -> list[str]:
    """Both nerves' numbers with units, a line each."""
    measurement = newest_measurement(participant)
    nerves = (measurement.result or {})["nerves"] if measurement else {}
    return [
        f"{side.capitalize()} nerve: mean CSA {nerve['csa_mean_mm2']:.2f} ± "
        f"{nerve['csa_mean_sd_mm2']:.2f} mm², minimum {nerve['csa_min_mm2']:.2f} ± "
        f"{nerve['csa_min_sd_mm2']:.2f} mm², volume {nerve['volume_mm3']:.1f} ± "
        f"{nerve['volume_sd_mm3']:.1f} mm³"
        if nerve["status"] == "measured"
        else f"{side.capitalize()} nerve: refused. {nerve['reason']}"
        for side, nerve in nerves.items()
    ]


def case_summary(participant: Participant, cast: story.Cast) -> Path:
    """The participant's newest case summary, made if there is none, after sealing the trail, whose
    checkpoint it carries; a copy with a plain name."""
    made = Document.objects.filter(
        participant=participant, kind="case_summary", state=DocumentState.MADE
    )
    document = made.first()
    if document is None:
        sealing.seal_all()
        document = ask_case_summary(by=cast.investigator, participant=participant, language="en")
        if document.job is None:
            raise StudyError("The case summary was asked for without a job.")
        stage.settle([document.job])
        document.refresh_from_db()
    target = Path(settings.VAR_DIR) / "demo" / f"{participant.number}-case-summary.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(document_path(document), target)
    return target
