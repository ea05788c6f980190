"""The work on an arrival: read the headers, match each series, de-identify and store it, or let it
wait with its reason. Run twice it changes nothing."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.conf import settings

from enrollment import vault
from enrollment.protocol.loader import current
from imaging import storage
from imaging.dicom.archive import is_zip, unpack
from imaging.dicom.deidentify import DeidKeys
from imaging.dicom.errors import DicomRefused
from imaging.dicom.header import Header, read_header
from imaging.dicom.sandbox import Deidentified, Refusal, Sandbox
from imaging.dicom.series import group_series, read_series
from imaging.dicom.trial import TrialModule
from imaging.models import Intake, IntakeState
from imaging.services.matching import Matched, Waits, match
from imaging.services.shelf import Stored, Waiting, record
from imaging.told import Told, told
from studysite.core import jobs
from studysite.core.acts import about, acting
from studysite.core.keys import key_from_file
from studysite.core.roles import Action
from studysite.core.said import kept, said

Complaint = tuple[Path, str, str]
UNPACKED = ".files"


def process(held: jobs.Held) -> None:
    """Do the job of one arrival."""
    intake = Intake.objects.select_related("participant", "site", "by").get(pk=held.job.target)
    if intake.state == IntakeState.DONE:
        with held.storing():
            return
    held.progress(0.05, said("Reading the files"))
    with Sandbox() as sandbox:
        results = list(_work(intake, held, sandbox))
    with (
        acting(intake.by, Action.UPLOAD_SCAN, subject=held.job.subject) as act,
        held.storing(),
    ):
        intake.outcome = [record(intake, result) for result in results]
        intake.state = IntakeState.DONE
        intake.save(update_fields=["outcome", "state"])
        numbers = [r.matched.participant.number for r in results if isinstance(r, Stored)]
        about(numbers[0] if numbers else act.subject, _came_to(intake.outcome))
    storage.empty_spool(intake.pk)


def _work(intake: Intake, held: jobs.Held, sandbox: Sandbox) -> Iterable[Stored | Waiting]:
    """Everything that takes time, outside any transaction."""
    paths, complaints = _files(intake)
    where: dict[str, Path] = {}
    headers: list[Header] = []
    for path, answer in zip(paths, sandbox.inspect(paths), strict=True):
        if isinstance(answer, Refusal):
            complaints.append((path, answer.code, answer.sentence))
        else:
            where[answer.sha256] = path
            headers.append(answer)
    yield from _unreadable(complaints)
    studies: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        studies[header.study_uid].append(header)
    try:
        series = group_series(headers)
    except DicomRefused as conflict:
        yield _waiting(Waits(conflict.code, kept(conflict.sentence)), headers, where)
        return
    for done, group in enumerate(series.values()):
        held.progress(0.1 + 0.85 * done / len(series), said("Checking and de-identifying"))
        study = studies[group[0].study_uid]
        yield _one_series(intake, study, group, where, sandbox)


def _files(intake: Intake) -> tuple[list[Path], list[Complaint]]:
    """The spooled files, archives expanded beside them."""
    paths: list[Path] = []
    complaints: list[Complaint] = []
    for row in intake.files.all():
        path = storage.spool_path(intake.pk, row.number)
        if not is_zip(path):
            paths.append(path)
            continue
        try:
            # All of them before any: what an archive held before its bad file is no whole scan.
            members = list(unpack(path, _empty(path, UNPACKED)))
        except DicomRefused as refusal:
            complaints.append((path, refusal.code, refusal.sentence))
        else:
            paths.extend(member.path for member in members)
    return paths, complaints


def _empty(path: Path, suffix: str) -> Path:
    """A fresh folder beside a spooled file: what an interrupted run left may be half a file."""
    folder = path.with_name(f"{path.name}{suffix}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _unreadable(complaints: list[Complaint]) -> Iterable[Waiting]:
    """Files that are no DICOM, one line a kind of trouble."""
    kinds: dict[str, list[Complaint]] = defaultdict(list)
    for complaint in complaints:
        kinds[complaint[1]].append(complaint)
    for code, files in kinds.items():
        path, _code, sentence = files[0]
        reason = kept(_unnamed(sentence, path.name, _which(path)))
        if len(files) > 1:
            reason = said("%(count)s files. %(why)s", count=len(files), why=reason)
        digests = [storage.seal(file.read_bytes()) for file, _code, _sentence in files]
        yield Waiting(Waits(code, reason), "", digests)


def _which(path: Path) -> Told:
    """A file by its number in the arrival, which its sender was told: its name is kept nowhere."""
    archive = path.parent.name
    if archive.endswith(UNPACKED):
        number, outer = int(path.name), int(archive.removesuffix(UNPACKED))
        return told("File %(number)s of the archive %(outer)s", number=number, outer=outer)
    return told("File %(number)s", number=int(path.name))


def _unnamed(sentence: str, name: str, instead: Told) -> str:
    """A sentence about a file without its name, which may name a patient."""
    if isinstance(sentence, Told) and sentence.values.get("file") == name:
        return sentence.but(file=instead)
    return sentence.replace(name, str(instead), 1)


def _came_to(lines: Sequence[Mapping[str, object]]) -> str:
    """How many series came to what; the arrival's own page says more of each."""
    count = Counter(str(line["status"]) for line in lines)
    return said(
        "Series stored: %(stored)s, waiting: %(waiting)s; files refused: %(refused)s",
        stored=count["stored"],
        waiting=count["waiting"],
        refused=count["refused"],
    )


def _one_series(
    intake: Intake,
    study: Sequence[Header],
    group: Sequence[Header],
    where: dict[str, Path],
    sandbox: Sandbox,
) -> Stored | Waiting:
    found = match(intake, study, group)
    if isinstance(found, Waits):
        return _waiting(found, group, where)
    try:
        return _cleaned(found, group, where, sandbox)
    except DicomRefused as refusal:
        return _waiting(Waits(refusal.code, kept(refusal.sentence)), group, where)


def _cleaned(
    found: Matched, group: Sequence[Header], where: dict[str, Path], sandbox: Sandbox
) -> Stored:
    """The series de-identified, on the study's shelf and read back from there."""
    participant = found.participant
    sources = [where[header.sha256] for header in group]
    folder = _empty(sources[0], ".clean")
    pairs = [(source, folder / f"{number:06d}") for number, source in enumerate(sources)]
    keys = DeidKeys(
        uid_key=key_from_file(settings.DEIDENTIFY_KEY_FILE),
        date_offset_days=vault.reveal(participant.number).date_offset_days,
    )
    files: list[Deidentified] = []
    for answer in sandbox.deidentify(pairs, keys=keys, trial=_trial(found)):
        if isinstance(answer, Refusal):
            raise DicomRefused(
                answer.code, _unnamed(answer.sentence, answer.path.name, told("A file"))
            )
        files.append(answer)
    digests = [storage.keep_scan(file.path.read_bytes()) for file in files]
    frame = read_header(files[0].path).frame_of_reference_uid
    shutil.rmtree(folder)
    volume = read_series([storage.scan_path(digest) for digest in digests])
    spacing = tuple(round(float(step), 4) for step in volume.spacing_mm)
    return Stored(
        matched=found,
        files=files,
        sources=sources,
        sources_sha256=[header.sha256 for header in group],
        contents_sha256=[header.content_sha256 for header in group],
        frame_of_reference_uid=frame,
        size=volume.size,
        spacing_mm=spacing,
    )


def _trial(found: Matched) -> TrialModule:
    protocol, participant = current(), found.participant
    return TrialModule(
        sponsor=protocol.sponsor,
        protocol_id=protocol.registry_id,
        protocol_name=protocol.acronym,
        site_id=participant.site.code,
        site_name=participant.site.name,
        subject_id=participant.number,
        time_point_id=found.scan.visit.key,
        series_id=found.scan.sequence,
    )


def _waiting(why: Waits, headers: Iterable[Header], where: dict[str, Path]) -> Waiting:
    rows = list(headers)
    digests = [storage.seal(where[header.sha256].read_bytes()) for header in rows]
    return Waiting(why, rows[0].modality or "?", digests)
