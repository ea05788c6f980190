"""Exports by people: asked for, made by a worker, taken away; of their sites and what they see."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from unittest import mock
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone

from enrollment.models import FormRevision, Participant
from reports import tasks
from reports.exports import head
from reports.exports.formats import FORMATS, write_export
from reports.exports.scope import scope_of
from reports.models import Export
from reports.services import exports as service
from reports.services.jobs import find_job, retry_job
from studysite.core import jobs
from studysite.core.acts import acting
from studysite.core.errors import NotPermitted, NotThere, OutOfOrder, StudyError
from studysite.core.models import Act, JobState, User
from studysite.core.roles import Action
from tests.access.test_two_worlds import CANARIES, swap
from tests.api import scene as scenes
from tests.api.calls import call
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def made(by: User, form: str = "csv") -> Export:
    export = service.ask_export(by=by, format=form)
    assert export.job is not None
    jobs.run(export.job.pk)
    return Export.objects.select_related("job").get(pk=export.pk)


def read(path: Path) -> dict[str, bytes]:
    """Every file of an export."""
    if path.suffix != ".zip":
        return {path.name: path.read_bytes()}
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_worker_knows_the_kind() -> None:
    assert jobs.HANDLERS["export"] is tasks.make_export


def test_an_export_is_made_kept_and_taken_away_on_record(
    finished: Participant, cast: factory.Cast
) -> None:
    export = made(cast.data_manager)
    assert (export.state, export.job.state) == ("made", JobState.DONE)
    path = service.open_export(by=cast.data_manager, export=export)
    content = path.read_bytes()
    assert (export.bytes_count, export.sha256) == (
        len(content), hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    about = json.loads(read(path)["about.json"])
    assert about["dataset_sha256"] == export.dataset_sha256
    assert about["audit_checkpoint"] == export.checkpoint != ""
    details = list(
        Act.objects.filter(action=Action.EXPORT.value).order_by("at").values_list("detail", "by")
    )
    assert [json.loads(detail)["say"].split(":")[0] for detail, _by in details] == [
        "Export asked for", "Exported as %(format)s", "Export taken away",
    ]  # fmt: skip
    assert {by for _detail, by in details} == {cast.data_manager.pk}


def test_a_job_run_twice_changes_nothing(finished: Participant, cast: factory.Cast) -> None:
    export = made(cast.data_manager)
    jobs.Job.objects.filter(pk=export.job.pk).update(state=JobState.QUEUED, finished_at=None)
    jobs.run(export.job.pk)
    assert Export.objects.get(pk=export.pk).made_at == export.made_at


def test_a_failed_export_is_made_when_tried_again(
    finished: Participant, cast: factory.Cast
) -> None:
    refusal = StudyError("The disk is full.")
    with mock.patch.object(service, "write_export", side_effect=refusal):
        failed = made(cast.data_manager)
    assert (failed.state, failed.job.state) == ("asked", JobState.FAILED)
    assert failed.sha256 == ""
    with pytest.raises(OutOfOrder):
        service.open_export(by=cast.data_manager, export=failed)
    job = find_job(by=cast.data_manager, pk=failed.job.pk)
    retry_job(by=cast.data_manager, job=job)
    jobs.run(job.pk)
    assert Export.objects.get(pk=failed.pk).state == "made"


def test_nothing_of_another_site_is_in_it_nor_seen(
    finished: Participant, cast: factory.Cast
) -> None:
    other = factory.make_cast("PK")
    mine = made(cast.data_manager)
    assert not mine.whole
    theirs = made(other.data_manager)
    files = read(service.path_of(theirs))
    assert "audit.csv" not in files
    assert [name for name, content in files.items() if b"XA" in content] == []
    assert finished.number.encode() in read(service.path_of(mine))["participants.csv"]
    assert service.visible_exports(by=other.data_manager) == [theirs]
    with pytest.raises(NotThere):
        service.find_export(by=other.data_manager, pk=mine.pk)
    assert call(other.data_manager, "GET", f"exports/{mine.pk}/file/").status_code == 404


@pytest.mark.parametrize("name", ["coordinator", "reader"])
def test_who_may_not_export_is_refused(name: str, cast: factory.Cast) -> None:
    with pytest.raises(NotPermitted):
        service.ask_export(by=getattr(cast, name), format="csv")


def test_the_page_shows_what_was_made_and_gives_the_file(
    finished: Participant, cast: factory.Cast
) -> None:
    client = Client()
    client.force_login(cast.monitor)
    assert "No export yet" in client.get("/exports/").content.decode()
    assert client.post("/exports/make/", {"format": "odm2"}).status_code == 302
    export = Export.objects.get()
    assert 'hx-trigger="every 1s"' in client.get("/exports/").content.decode()
    jobs.run(export.job.pk)
    page = client.get("/exports/").content.decode()
    assert Export.objects.get().sha256[:16] in page
    answer = client.get(f"/exports/{export.pk}/")
    assert answer["Content-Type"] == "application/xml"
    assert b"".join(answer) == service.path_of(export).read_bytes()
    assert client.post("/exports/make/", {"format": "pdf"}).status_code == 422


def test_a_file_that_is_gone_is_said_to_be(finished: Participant, cast: factory.Cast) -> None:
    export = made(cast.data_manager)
    service.path_of(export).unlink()
    with pytest.raises(NotThere, match="not kept here"):
        service.open_export(by=cast.data_manager, export=export)


def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment and the checkpoint of an export are its own, whichever world it is made in."""
    now = timezone.now()
    monkeypatch.setattr(head.timezone, "now", lambda: now)
    monkeypatch.setattr(head.sealing, "newest", lambda: None)


def both_worlds(user: User, scene: scenes.Scene, folder: Path) -> dict[str, list[dict[str, bytes]]]:
    found: dict[str, list[dict[str, bytes]]] = {key: [] for key in FORMATS}
    for world in ("first", "second"):
        for key, form in FORMATS.items():
            path = folder / f"{key}.{form.suffix}"
            write_export(path, form, scope_of(user), lambda _share: None)
            found[key].append(read(path))
        if world == "first":
            swap(scene)
            told = {"operated": "CANARY-REFERENCE"}
            with acting(None, "test"):
                FormRevision.objects.filter(entry__form="surgical_finding").update(answers=told)
    return found


def test_the_other_world_exports_the_same_to_who_is_blinded(
    db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = scenes.build()
    frozen(monkeypatch)
    found = both_worlds(scene.cast.analyst, scene, tmp_path)
    words = [word.encode() for word in (*CANARIES, *factory.CANARY_WORDS, "surgery_recorded")]
    for key, (first, second) in found.items():
        assert {name: content for name, content in second.items() if content != first[name]} == {}
        data = {name: each for name, each in second.items() if name not in ("codebook.csv",)}
        if key.startswith("odm"):
            data = {name: each[each.index(b"<ClinicalData") :] for name, each in data.items()}
        assert [(name, word) for name, each in data.items() for word in words if word in each] == []
        assert any(scene.participant.number.encode() in each for each in second.values())


def test_who_sees_the_arm_exports_the_difference(
    db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the comparison finds what is there to be found."""
    scene = scenes.build()
    frozen(monkeypatch)
    found = both_worlds(scene.cast.investigator, scene, tmp_path)
    for first, second in found.values():
        assert first != second
        everything = b"".join(second.values())
        assert all(word.encode() in everything for word in CANARIES[:3])
        assert not any(word.encode() in everything for word in factory.CANARY_WORDS)
