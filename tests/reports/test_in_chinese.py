"""Every page that a person can reach, and every document, is Chinese throughout in Chinese."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from django.test import Client

from enrollment.models import (
    Enrolment,
    FormRevision,
    Judgement,
    Participant,
    ScreenFailure,
)
from imaging import volumes
from imaging.models import (
    Held,
    Intake,
    KeyImage,
    Measurement,
    MeasurementState,
    QualityCheck,
    Series,
)
from imaging.nerve.volume import Volume
from imaging.told import told
from reports.case.content import case_of
from reports.catalog.case_summary import page_of
from reports.services.case_summary import ask_case_summary
from studysite.core import jobs
from studysite.core.models import Act, Job, JobState, Site, User
from studysite.core.said import kept, said
from tests.reports import factory
from tests.reports.chinese import english_in, read

MOST_PAGES = 150
NOT_PAGES = (
    "/api/",
    "/static/",
    "/accounts/logout",
    "/accounts/login",
    "/i18n/",
    "#",
    "http",
    "mailto",
)
FILES = (".png", ".svg", ".pdf", "/file/", "/download/")


@pytest.mark.parametrize(
    "left", ["<p>The scan waits</p>", '<img alt="Left nerve">', "<b>已存 stored</b>"]
)
def test_english_that_was_left_is_found(left: str) -> None:
    assert english_in(read(left).texts)


@pytest.mark.parametrize(
    "fine",
    ["<p>3D MPR，2.5 mm</p>", '<p lang="en">Signed words</p>', "<td class=code>left_nvc</td>"],
)
def test_terms_and_foreign_words_marked_as_such_are_not(fine: str) -> None:
    assert english_in(read(fine).texts) == []


def typed() -> list[str]:
    """What people entered: never translated."""
    words = ["Prof. Hu", "A test's own scene.", "tester", "test"]
    for site in Site.objects.all():
        words += [site.name, site.code]
    for person in User.objects.all():
        words += [person.printed_name, person.username]
    for model, fields in (
        (Act, ["reason"]), (Enrolment, ["reason"]), (Judgement, ["evidence"]),
        (QualityCheck, ["remarks"]), (ScreenFailure, ["reason"]), (FormRevision, ["reason"]),
        (KeyImage, ["note"]),
    ):  # fmt: skip
        for row in model.objects.values_list(*fields):
            words += [str(one) for one in row]
    return words


@pytest.fixture
def study(cast: factory.Cast, monkeypatch: pytest.MonkeyPatch) -> factory.Cast:
    """A case in every corner that keeps a sentence."""
    scan = Volume(voxels=np.zeros((16, 16, 16), np.float32), affine=np.eye(4))
    monkeypatch.setattr(volumes, "_read", lambda pk, sha256: scan)
    case = factory.finished(cast, pictures=True)
    series = Series.objects.filter(participant=case).first()
    intake = Intake.objects.filter(participant=case).first()
    assert series
    assert intake
    why = kept(told("%(file)s is not a DICOM file: it lacks the DICM mark.", file=told("The file")))
    Held.objects.create(intake=intake, key="k", code="not_dicom", reason=why, files_count=2)
    intake.outcome = [{"status": "refused", "code": "not_dicom", "sentence": why, "held": 1}]
    intake.job = job(case, cast, "intake", said("Reading the files"))
    intake.save()
    refused = {
        "status": "refused",
        "reason": "The end points are far.",
        "said": {
            "reason": kept(told("The scan's axes are not at right angles; resample it first.")),
            "flags": [],
        },
    }
    document = Measurement.objects.get(series__participant=case).result
    Measurement.objects.create(
        series=series,
        version=2,
        ends={},
        state=MeasurementState.REFUSED,
        reason="再次测量",
        result={**document, "nerves": {"left": refused, "right": refused}},
        result_sha256="0" * 64,
        by=cast.analyst,
        job=job(case, cast, "measure", said("Drawing the pictures")),
        finished_at=case.screened_at,
    )
    ask_case_summary(by=cast.data_manager, participant=case, language="zh-hans")
    failing = Job.objects.get(kind="case_summary")
    held = jobs.claim(failing.pk)
    assert held
    jobs._fail(
        held, said("An unexpected error stopped this job; the log of the worker has its trace.")
    )
    return cast


def job(case: Participant, cast: factory.Cast, kind: str, message: str) -> Job:
    return Job.objects.create(
        kind=kind, key=kind, target="1", subject=case.number, message=message,
        state=JobState.FAILED, requested_by=cast.coordinator, finished_at=case.screened_at,
    )  # fmt: skip


def leads_on(link: str) -> bool:
    return (
        link.startswith("/")
        and not link.startswith(NOT_PAGES)
        and not any(part in link for part in FILES)
    )


def walk(client: Client) -> dict[str, list[str]]:
    """Every page that links lead to from the first one, with the English left on it."""
    known, seen, theirs = deque(["/"]), {"/"}, typed()
    found: dict[str, list[str]] = {}
    while known and len(found) < MOST_PAGES:
        address = known.popleft()
        answer = client.get(address, follow=True, HTTP_ACCEPT_LANGUAGE="zh-hans")
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = read(answer.content.decode())
        found[address] = english_in(page.texts, theirs)
        for link in filter(leads_on, page.links):
            if link.split("?")[0] not in seen:
                seen.add(link.split("?")[0])
                known.append(link)
    return found


@pytest.mark.parametrize(
    ("role", "pages"),
    [("coordinator", 12), ("investigator", 10), ("analyst", 5), ("reader", 2), ("data_manager", 10),
     ("monitor", 8)],
)  # fmt: skip
def test_every_page_is_chinese(study: factory.Cast, role: str, pages: int) -> None:
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(getattr(study, role))
    found = walk(client)
    assert len(found) >= pages, sorted(found)
    left = {address: texts for address, texts in found.items() if texts}
    assert not left, "\n".join(f"{address}: {texts}" for address, texts in left.items())


def test_the_document_is_chinese(study: factory.Cast) -> None:
    case = case_of(Participant.objects.get())
    html, shown = page_of(case, language="zh-hans", kept={})
    assert english_in(read(html).texts, typed()) == []
    plot = next(content for name, content in shown.items() if name.endswith(".svg"))
    assert english_in(read(plot.decode()).texts, typed()) == []
