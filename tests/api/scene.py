"""One finished case, and a row of everything that the API can name."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from enrollment.models import Participant, Query
from enrollment.places import Place, PlaceKind
from enrollment.services.queries import open_query
from imaging.models import Adjudication, Dispatch, Held, Intake, Measurement, Peer, Read, Series
from imaging.services.readers import new_reading_id
from reports import storage
from reports.exports.scope import scope_of
from reports.models import Document, DocumentState, Export, StudyReport
from reports.services.locking import ask_unlock, lock_visit
from studysite.core.models import Job, JobState, User
from studysite.core.roles import Role
from tests.reports import factory

PDF = b"%PDF-1.7 made up for a test"


@dataclass(frozen=True)
class Scene:
    """A case with its people and rows."""

    cast: factory.Cast
    administrator: User
    participant: Participant
    names: dict[str, object]

    def user(self, role: Role) -> User:
        """The site's person of a role."""
        if role == Role.ADMINISTRATOR:
            return self.administrator
        found = getattr(self.cast, role.value)
        assert isinstance(found, User)
        return found


def build(code: str = "XA") -> Scene:
    """A case that waits for its signature, and that the first reader is to adjudicate."""
    cast = factory.make_cast(code)
    row = factory.finished(cast, pictures=True)
    third = Adjudication.objects.get(participant=row)
    third.method, third.reader, third.answers, third.at = "third_reader", cast.reader, {}, None
    third.reading_id = new_reading_id()
    third.save()
    for read in Read.objects.filter(participant=row):
        read.reading_id = new_reading_id()
        read.save()
    intake = Intake.objects.get(participant=row)
    job = Job.objects.create(
        kind="intake",
        key=f"intake:{intake.pk}",
        target=str(intake.pk),
        subject=row.number,
        state=JobState.FAILED,
        message="The worker stopped.",
        requested_by=cast.coordinator,
        finished_at=timezone.now(),
    )
    intake.job = job
    intake.save()
    held = Held.objects.create(
        intake=intake, key="k", code="no_participant", reason="Nobody's.", files_count=1
    )
    series = Series.objects.get(participant=row, sequence="t2_3d")
    departure = {"code": "field_strength", "sentence": factory.DEPARTURE}
    Series.objects.filter(sequence="tof_3d").update(deviations=[departure])
    names = {
        "number": row.number,
        "username": cast.coordinator.username,
        "intake": intake.pk,
        "held": held.pk,
        "job": job.pk,
        "series": series.pk,
        "scan": series.scan_id,
        "measurement": Measurement.objects.get(series=series).pk,
        "read": Read.objects.get(participant=row, reader=cast.reader).reading_id,
        "third": third.reading_id,
        "reader": cast.reader.username,
        "document": _document(row, cast.investigator).pk,
        "export": _export(cast).pk,
        "report": _report(row, cast.investigator, "outcomes").pk,
        "log": _report(row, cast.investigator, "screening_log").pk,
        "query": _query(row, cast.monitor).pk,
        "entry": row.entries.get(form="mri_safety", visit="screening").pk,
        **_archive(cast, series),
        **_unlocking(cast, row),
    }
    boss = factory.person(f"bo-{code}", "Xu Bo", Role.ADMINISTRATOR, cast.site)
    return Scene(cast, boss, row, names)


def _unlocking(cast: factory.Cast, row: Participant) -> dict[str, object]:
    """A lock of the last visit that somebody asks to have opened."""
    second = factory.person(f"he-{cast.site.code}", "He Xin", Role.DATA_MANAGER, cast.site)
    closure = lock_visit(by=second, participant=row, visit="month_12", reason="Nobody came.")
    asked = ask_unlock(by=second, closure=closure, reason="Somebody came after all.")
    return {"closure": closure.pk, "unlocking": asked.pk}


def _archive(cast: factory.Cast, series: Series) -> dict[str, object]:
    """A node that sends and takes scans, and a series that it took but for one image."""
    peer = Peer.objects.create(
        site=cast.site, name="Scanner 1", ae_title=f"{cast.site.code}-MR", network="10.1.2.3",
        host="10.1.2.3", port=104,
    )  # fmt: skip
    sent = Dispatch.objects.create(
        peer=peer, series=series, by=cast.investigator, objects_count=2, taken=["2.25.1"],
        refused=[{"uid": "2.25.2", "what": "Image 2", "sentence": "It refused the object."}],
        job=_job("send", series.participant.number, cast.investigator),
    )  # fmt: skip
    return {"peer": peer.pk, "dispatch": sent.pk}


def _job(kind: str, number: str, by: User) -> Job:
    """Work that waits for a worker."""
    return Job.objects.create(
        kind=kind, key=f"{kind}:{number}", target=number, subject=number, requested_by=by
    )


def _query(row: Participant, by: User) -> Query:
    """Asked about a scan, so that the analyst knows of it too."""
    place = Place(PlaceKind.SCAN, "baseline", name="t2_3d")
    return open_query(by=by, participant=row, place=place, text="Motion?")


def _export(cast: factory.Cast) -> Export:
    """What everybody may see who exports at all."""
    scope = scope_of(cast.analyst)
    export = Export.objects.create(
        format="odm132",
        sites=list(scope.sites),
        kinds=sorted(scope.kinds),
        state=DocumentState.MADE,
        sha256="0" * 64,
        dataset_sha256="0" * 64,
        made_at=timezone.now(),
        by=cast.data_manager,
    )
    path = storage.export_path(export.pk, "xml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("<ODM/>")
    return export


def _report(row: Participant, by: User, kind: str) -> StudyReport:
    return StudyReport.objects.create(
        kind=kind,
        version=1 + StudyReport.objects.count(),
        language="en",
        sites=[row.site.code],
        blinded=True,
        state=DocumentState.MADE,
        data_sha256="0" * 64,
        content_sha256=storage.keep_json(b'{"records": {}}'),
        sha256=storage.keep_document(PDF),
        pages_count=1,
        made_at=timezone.now(),
        by=by,
    )


def _document(row: Participant, by: User) -> Document:
    return Document.objects.create(
        participant=row,
        kind="case_summary",
        version=1,
        language="en",
        state=DocumentState.MADE,
        sha256=storage.keep_document(PDF),
        pages_count=1,
        made_at=timezone.now(),
        by=by,
    )
