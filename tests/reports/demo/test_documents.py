"""The demo's case summary carries what holds the study to its trail."""

from __future__ import annotations

import subprocess

import pytest

from enrollment.models import Participant
from reports import tasks  # noqa: F401  the job's door must be registered
from reports.demo import documents, story
from reports.models import Document
from studysite.core.audit import sealing
from studysite.core.models import AuditCheckpoint
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def test_the_trail_is_sealed_before_the_case_summary_and_not_again(
    finished: Participant, cast: factory.Cast
) -> None:
    demo = story.Cast(
        cast.coordinator, cast.investigator, cast.analyst, cast.data_manager, cast.monitor
    )
    pdf = documents.case_summary(finished, demo)
    point = sealing.newest()
    assert point is not None
    command = ["pdftotext", "-layout", str(pdf), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert point.root in text
    kept = AuditCheckpoint.objects.count(), Document.objects.count()
    assert documents.case_summary(finished, demo) == pdf
    assert (AuditCheckpoint.objects.count(), Document.objects.count()) == kept
