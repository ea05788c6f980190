"""Documents: asked for, made by a worker, run twice, refused."""

from __future__ import annotations

import hashlib
from io import BytesIO
from unittest import mock

import pikepdf
import pytest
from django.core.management import CommandError, call_command

from reports import tasks
from reports.models import Document
from reports.pdf import Pdf
from reports.services import case_summary as service
from reports.services.jobs import retry_job, visible_jobs
from studysite.core import jobs
from studysite.core.errors import Invalid, NotPermitted, NotThere, OutOfOrder, StudyError
from studysite.core.models import Act, JobState
from tests.reports import factory

PAGES = Pdf(b"%PDF-1.7 not set on pages here", 4)
pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def unset(monkeypatch):
    """Setting pages takes a second, and most of these tests are about the row."""
    monkeypatch.setattr(service.case_summary, "to_pdf", lambda *_args, **_more: PAGES)


def ask(cast, participant, language="en") -> Document:
    return service.ask_case_summary(
        by=cast.investigator, participant=participant, language=language
    )


def work(document: Document) -> Document:
    jobs.run(document.job.pk)
    return Document.objects.select_related("job").get(pk=document.pk)


def test_the_worker_knows_the_kind():
    assert jobs.HANDLERS["case_summary"] is tasks.make_case_summary


def test_a_document_is_made_and_kept_under_its_digest(finished, cast):
    document = work(ask(cast, finished))
    content = service.document_path(document).read_bytes()
    assert document.state == "made"
    assert document.job.state == JobState.DONE
    assert hashlib.sha256(content).hexdigest() == document.sha256
    assert content.startswith(b"%PDF-1.7")
    with pikepdf.open(BytesIO(content)) as read:
        assert document.pages_count == len(read.pages)


def test_each_request_is_a_version_of_its_own(finished, cast):
    assert [ask(cast, finished, language).version for language in ("en", "zh-hans")] == [1, 2]


def test_a_job_run_twice_changes_nothing(finished, cast, unset):
    document = work(ask(cast, finished))
    acts = Act.objects.count()
    again = jobs.Job.objects.filter(pk=document.job.pk)
    again.update(state=JobState.QUEUED, finished_at=None)
    after = work(document)
    assert (after.sha256, after.made_at) == (document.sha256, document.made_at)
    assert Act.objects.count() == acts


def test_a_failed_document_says_why_and_is_made_when_tried_again(finished, cast, unset):
    document = ask(cast, finished)
    refusal = StudyError("A picture cannot be read.")
    with mock.patch.object(service, "render_case", side_effect=refusal):
        failed = work(document)
    assert (failed.state, failed.job.state) == ("asked", JobState.FAILED)
    assert failed.job.message == "A picture cannot be read."
    retry_job(by=cast.data_manager, job=failed.job)
    assert work(document).state == "made"


def test_a_document_that_is_not_made_has_no_file(finished, cast):
    with pytest.raises(OutOfOrder, match="still being made"):
        service.document_path(ask(cast, finished))


def test_each_look_is_recorded(finished, cast, unset):
    document = work(ask(cast, finished))
    service.open_document(by=cast.monitor, document=document)
    act = Act.objects.get(action="see_case_summary")
    assert (act.by, act.subject) == (cast.monitor, finished.number)


def test_another_language_is_refused(finished, cast):
    with pytest.raises(Invalid, match="English or in Chinese"):
        ask(cast, finished, "fr")


@pytest.mark.parametrize("role", ["coordinator", "reader", "analyst", "monitor"])
def test_others_do_not_ask_for_a_case_summary(finished, cast, role):
    with pytest.raises(NotPermitted):
        service.ask_case_summary(by=getattr(cast, role), participant=finished, language="en")


def test_another_site_knows_nothing_of_the_document(finished, cast):
    document, other = ask(cast, finished), factory.make_cast("XB")
    with pytest.raises(NotThere):
        service.find_document(by=other.investigator, pk=document.pk)
    assert list(visible_jobs(by=other.investigator)) == []
    assert list(visible_jobs(by=cast.investigator)) == [document.job]


def test_a_job_is_hidden_from_those_who_may_not_see_its_document(finished, cast):
    ask(cast, finished)
    assert [list(visible_jobs(by=getattr(cast, role))) for role in ("coordinator", "reader")] == [
        [],
        [],
    ]


def test_the_command_writes_the_pdf(finished, tmp_path, capsys, unset):
    path = tmp_path / "new" / "case.pdf"
    call_command("case_summary", finished.number, pdf=path, language="zh-hans")
    assert path.read_bytes() == PAGES.content
    assert capsys.readouterr().out == f"{path}: 4 pages\n"


def test_the_command_refuses_an_unknown_participant(cast, tmp_path):
    with pytest.raises(CommandError, match="no participant XA-999") as refusal:
        call_command("case_summary", "XA-999", pdf=tmp_path / "case.pdf")
    assert refusal.value.returncode == 3


def test_the_command_refuses_a_place_that_cannot_be_written(finished, tmp_path, unset):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written") as refusal:
        call_command("case_summary", finished.number, pdf=tmp_path / "file" / "case.pdf")
    assert refusal.value.returncode == 3
