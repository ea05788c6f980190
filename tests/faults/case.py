"""Cases to be measured, made elsewhere: `python -m tests.faults.case 2`, a job that waits each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from imaging.dicom.phantom_series import write_series  # noqa: E402
from imaging.models import Series  # noqa: E402
from imaging.nerve.phantom import simulate  # noqa: E402
from imaging.services.measurement import ask_measurement  # noqa: E402
from imaging.services.quality import check_quality  # noqa: E402
from studysite.core.audit.writer import writing  # noqa: E402
from studysite.core.models import Membership, Site, User  # noqa: E402
from studysite.core.roles import Role  # noqa: E402
from tests import conftest as cast  # noqa: E402
from tests.audit import TESTER  # noqa: E402
from tests.imaging import scans, shelf  # noqa: E402


def person(site: Site, role: Role) -> User:
    """Somebody with a role."""
    user = User.objects.create(username=role.value, printed_name=role.value)
    Membership.objects.create(user=user, site=site, role=role)
    return user


def make(count: int) -> None:
    """So many enrolled people with an accepted, simulated scan whose measurement is asked for."""
    site = Site.objects.create(code="XA", name="Hospital")
    people = {role: person(site, role) for role in (Role.COORDINATOR, Role.INVESTIGATOR)}
    analyst = person(site, Role.ANALYST)
    phantom = simulate("straight")
    truth: dict[str, Any] = phantom.truth["ends"]
    ends = {side: {k: [float(x) for x in v] for k, v in of.items()} for side, of in truth.items()}

    def write(folder: Path, patient_id: str, *, seed: int, **header: Any) -> list[Path]:
        return write_series(phantom.volume, folder, patient_id=patient_id, **(NAMED | header))

    shelf.write_scan = write
    for number in range(1, count + 1):
        row = cast.screened(people[Role.COORDINATOR], site, number)
        cast.walk(
            row, cast.State.ENROLLED, people[Role.COORDINATOR], people[Role.INVESTIGATOR], "2d"
        )
        series = shelf.shelve(row, "t2_3d", people[Role.COORDINATOR], number)
        check_quality(by=analyst, series=series, verdict="accepted", score=4, remarks="")
        ask_measurement(by=analyst, series=Series.objects.get(pk=series.pk), ends=ends)


NAMED: dict[str, Any] = {
    "patient_name": scans.NAME,
    "birth_date": scans.BORN_ON,
    "study_date": scans.SCANNED_ON,
    "sequence": "ciss",
}

if __name__ == "__main__":
    with writing(TESTER):
        make(int(sys.argv[1]))
