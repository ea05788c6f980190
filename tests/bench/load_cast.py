"""Fifty coordinators, and people whose scans wait to be measured: `python -m tests.bench.load_cast
COORDINATORS MEASUREMENTS`, in the study's environment; prints one's key to the API and the
password of all."""

from __future__ import annotations

import sys

import django

django.setup()

from rest_framework.authtoken.models import Token  # noqa: E402

from studysite.core.audit.writer import writing  # noqa: E402
from studysite.core.models import Membership, Site, User  # noqa: E402
from studysite.core.roles import Role  # noqa: E402
from tests.audit import TESTER  # noqa: E402
from tests.conftest import PASSWORD  # noqa: E402
from tests.faults.case import make  # noqa: E402


def gather(coordinators: int, measurements: int) -> str:
    """Make them; the key."""
    make(measurements)
    site = Site.objects.get()
    for number in range(1, coordinators + 1):
        user = User.objects.create_user(
            f"coordinator{number}", password=PASSWORD, printed_name=f"Coordinator {number}"
        )
        Membership.objects.create(user=user, site=site, role=Role.COORDINATOR)
    return Token.objects.create(user=user).key


if __name__ == "__main__":
    with writing(TESTER):
        print(gather(*map(int, sys.argv[1:])), PASSWORD, sep="\n")
