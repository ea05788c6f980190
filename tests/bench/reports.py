"""How long reports take, on SQLite: the outcomes of 60 and of 5,000 participants from the database
to the PDF, and a case summary with its pictures in each language.

python -m tests.bench.reports [--people 5000]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone
from PIL import Image, ImageOps

from enrollment.models import (
    Closure,
    Enrolment,
    ExpectedScan,
    FormEntry,
    Participant,
    Visit,
)
from enrollment.models.closing import Level, Scope
from imaging.models import Adjudication, Intake, Measurement, Read, Series
from reports.case.content import case_of
from reports.catalog.case_summary import CHOICES
from reports.catalog.outcomes import render
from reports.outcomes.document import document_of
from reports.outcomes.filters import Filters
from reports.pdf import Pdf
from reports.services.case_summary import render_case
from studysite.core.audit import install
from studysite.core.audit.writer import writing
from studysite.core.models import User
from tests.audit import TESTER
from tests.bench.trail import timed
from tests.bench.trial import study
from tests.engines import connected_to
from tests.reports import factory, trial, trial_answers
from tests.reports.results import result

TECHNIQUES = {"2d": ["mpr"], "3d": ["cpr", "mrve"]}
DAY = date(2026, 1, 5)
PICTURES = ("mpr", "cpr_straightened", "cpr_stretched", "endoscopy")
WIDTH_PX = 1040


@dataclass(frozen=True)
class Figures:
    """Seconds of processor time, and the most memory that this process had by then."""

    people: int
    outcomes_s: float
    pdf_s: float
    memory_mib: float

    def __str__(self) -> str:
        return (
            f"{self.people} participants: outcomes {self.outcomes_s:.1f} s, as PDF "
            f"{self.pdf_s:.1f} s more, {self.memory_mib:.0f} MiB"
        )


def measure(people: int, folder: Path) -> Figures:
    """Lay a simulated trial into a database of its own, and report on it."""
    with connected_to(f"sqlite:///{folder / f'{people}.sqlite3'}"):
        call_command("migrate", verbosity=0, interactive=False)
        # Rows laid in for a benchmark are nobody's acts.
        install.take_off("default")
        with writing(TESTER):
            lay_in(list(trial.patients(trial.Truth(people=people))))
        found = {}
        rows = Participant.objects.all()
        outcomes_s = timed(lambda: found.update(document_of(rows, Filters())))
        pdf_s = timed(lambda: render(found, language="en"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figures(people, outcomes_s, pdf_s, memory)


def cases(folder: Path) -> Iterator[tuple[str, float, int]]:
    """A finished case with eight pictures as they are drawn: each language, seconds, pages."""
    folder.mkdir()
    with study(folder):
        person = factory.finished(factory.make_cast(), pictures=True)
        pictures = {
            side: {f"{name}.png": _drawn(name, mirrored=side == "right") for name in PICTURES}
            for side in ("left", "right")
        }
        Measurement.objects.filter(series__participant=person).update(pictures=pictures)
        render_case(case_of(person), "en")
        for language in CHOICES:
            made: list[Pdf] = []
            seconds = timed(lambda: made.append(render_case(case_of(person), language)))  # noqa: B023
            yield language, seconds, made[0].pages_count


def _drawn(name: str, *, mirrored: bool) -> str:
    """A picture of the public scan at the size in which the system draws it, kept."""
    out = BytesIO()
    drawn = Image.open(f"docs/pictures/scan_{name}.png")
    image = ImageOps.mirror(drawn) if mirrored else drawn
    image.resize((WIDTH_PX, round(image.height * WIDTH_PX / image.width))).save(out, "PNG")
    stored = f"pictures/{hashlib.sha256(out.getvalue()).hexdigest()}.png"
    if not storages["documents"].exists(stored):
        storages["documents"].save(stored, ContentFile(out.getvalue()))
    return stored


def lay_in(patients: Sequence[trial.Patient]) -> None:
    """Rows as the services leave them, of a locked study."""
    cast = factory.make_cast()
    readers = [cast.reader, cast.reader_two]
    people = Participant.objects.bulk_create(_participant(cast, each) for each in patients)
    both = list(zip(people, patients, strict=True))
    Enrolment.objects.bulk_create(
        Enrolment(participant=row, arm=p.arm, position=p.number // 2 + 1, method="assigned",
                  reason="In turn", on=DAY, by=cast.investigator) for row, p in both
    )  # fmt: skip
    FormEntry.objects.bulk_create(
        FormEntry(participant=row, form=form, form_version="1.0", visit=visit, state="submitted",
                  answers=answers, revision=1, by=cast.coordinator)
        for row, p in both for form, visit, answers in _forms(p)
    )  # fmt: skip
    measurements = _measure(cast, both)
    Read.objects.bulk_create(
        Read(reading_id=f"R-{row.pk}-{place}", participant=row, measurement=measured,
             reader=reader, techniques=TECHNIQUES[p.arm],
             answers=trial_answers.answers_of(p.reads[place]), locked_at=timezone.now())
        for (row, p), measured in zip(both, measurements, strict=True)
        for place, reader in enumerate(readers)
    )  # fmt: skip
    Adjudication.objects.bulk_create(
        Adjudication(participant=row, reading_id=f"A-{row.pk}", method="agreement",
                     answers=trial_answers.answers_of(p.reads[0]), at=timezone.now())
        for row, p in both
    )  # fmt: skip
    Closure.objects.create(level=Level.LOCKED, scope=Scope.STUDY, reason="Done",
                           by=cast.data_manager, dataset_sha256="0" * 64)  # fmt: skip


def _participant(cast: factory.Cast, patient: trial.Patient) -> Participant:
    return Participant(
        number=f"XA-{patient.number + 1:04d}", site=cast.site, state="surgery_recorded",
        protocol_version="1.0", screened_on=DAY, year_of_birth=patient.born, sex=patient.sex,
        affected_side=patient.side, onset=patient.onset,
    )  # fmt: skip


def _forms(patient: trial.Patient) -> list[tuple[str, str, dict[str, object]]]:
    severity = trial_answers.severity_of(patient) | {
        "smc_score": patient.grade + 1,
        "jrs_total": 2 * patient.grade + 2,
    }
    return [
        ("severity", "baseline", severity),
        ("surgical_finding", "surgery", trial_answers.finding_of(patient)),
    ]


def _measure(
    cast: factory.Cast, both: Sequence[tuple[Participant, trial.Patient]]
) -> list[Measurement]:
    visits = Visit.objects.bulk_create(
        Visit(participant=row, key="baseline", due_on=DAY, opens_on=DAY, closes_on=DAY)
        for row, _p in both
    )
    scans = ExpectedScan.objects.bulk_create(
        ExpectedScan(visit=visit, sequence="t2_3d", required=True, state="accepted")
        for visit in visits
    )
    intake = Intake.objects.create(site=cast.site, door="upload", by=cast.coordinator)
    series = Series.objects.bulk_create(
        Series(participant=row, scan=scan, intake=intake, sequence="t2_3d", uid=f"2.25.{row.pk}",
               study_uid="2.25.1", modality="MR", size=[512, 512, 96], spacing_mm=[0.4] * 3,
               instances_count=96, sha256="0" * 64, measurable=True, state="accepted")
        for (row, _p), scan in zip(both, scans, strict=True)
    )  # fmt: skip
    return _results(cast.analyst, both, series)


def _results(
    by: User, both: Sequence[tuple[Participant, trial.Patient]], series: Sequence[Series]
) -> list[Measurement]:
    """In parts: a result has its whole profile."""
    made: list[Measurement] = []
    for start in range(0, len(both), 500):
        made += Measurement.objects.bulk_create(
            Measurement(series=one, version=1, ends={}, state="measured", by=by,
                        result=result(*trial.nerves_of(p)), result_sha256="0" * 64,
                        finished_at=timezone.now())
            for (_row, p), one in zip(both[start : start + 500], series[start : start + 500],
                                      strict=True)
        )  # fmt: skip
    for one in made:
        one.result = None
    return made


def main() -> None:
    """Print the figures beside what they are to keep to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=[60, 5000])
    given = parser.parse_args()
    print("Reports: a case summary in under 3 s, outcomes of 60 under 5 s, of 5,000 under 60 s.")
    with tempfile.TemporaryDirectory(prefix="study-reports-") as folder:
        for people in given.people:
            print(measure(people, Path(folder)))
        for language, seconds, pages in cases(Path(folder) / "case"):
            print(f"A case summary, {language}: {seconds:.1f} s, {pages} pages")


if __name__ == "__main__":
    main()
