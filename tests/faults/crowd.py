"""A crowd that waits to be enrolled, made elsewhere: `python -m tests.faults.crowd 200`."""

from __future__ import annotations

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from enrollment.models import Consent, Participant  # noqa: E402
from enrollment.protocol.loader import current  # noqa: E402
from enrollment.services.allocation import seal_list  # noqa: E402
from studysite.core.audit.writer import writing  # noqa: E402
from studysite.core.models import Membership, Site, User  # noqa: E402
from studysite.core.roles import Role  # noqa: E402
from tests.audit import TESTER  # noqa: E402


def gather(count: int) -> None:
    """So many eligible participants and a sealed list; prints a coordinator's key."""
    site = Site.objects.create(code="XA", name="Here")
    by = {role: User.objects.create(username=role.value) for role in Role}
    for role, user in by.items():
        Membership.objects.create(user=user, site=site, role=role)
    today = timezone.localdate()
    rows = Participant.objects.bulk_create(
        Participant(
            number=f"XA-{number:03d}",
            site=site,
            state="eligible",
            protocol_version=current().version,
            screened_on=today,
            year_of_birth=1980,
            sex="female",
            affected_side=("left", "right")[number % 2],
        )
        for number in range(count)
    )
    document = current().current_consent(today)
    Consent.objects.bulk_create(
        Consent(
            participant=row,
            document_version=document.version if document else "",
            language="en",
            signed_on=today,
            obtained_by=by[Role.COORDINATOR],
        )
        for row in rows
    )
    seal_list(by=by[Role.DATA_MANAGER])
    print(Token.objects.create(user=by[Role.COORDINATOR]).key)


if __name__ == "__main__":
    with writing(TESTER):
        gather(int(sys.argv[1]))
