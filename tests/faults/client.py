"""What a test asks of a study in another process: `python -m tests.faults.client VERB …`."""

from __future__ import annotations

import io
import sys
import threading
import time

import django
import pydicom

django.setup()

from django.db import connection  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from imaging import storage  # noqa: E402
from imaging.models import HeldFile, Peer  # noqa: E402
from imaging.services import intake  # noqa: E402
from studysite.core import jobs  # noqa: E402
from studysite.core.audit.writer import writing  # noqa: E402
from studysite.core.models import Job, Membership, Site, User  # noqa: E402
from studysite.core.roles import Role  # noqa: E402
from tests.audit import TESTER  # noqa: E402


def ask(kind: str) -> None:
    """Ask for a job of a kind."""
    with writing(TESTER):
        user, _ = User.objects.get_or_create(username="asker")
        job = jobs.ask(kind=kind, key=kind, target="1", subject="HERE-001", by=user)
    print(job.pk)


def sweep() -> None:
    """Sweep once."""
    print(jobs.sweep())


def race(rivals: str) -> None:
    """Let threads claim one job at the same moment; prints how many got it."""
    with writing(TESTER):
        user, _ = User.objects.get_or_create(username="asker")
    wins: list[bool] = []
    start = threading.Barrier(int(rivals))

    def claim(job: Job) -> None:
        start.wait()
        wins.append(jobs.claim(job.pk) is not None)
        connection.close()

    for number in range(10):
        with writing(TESTER):
            key = f"race {number}"
            job = Job.objects.create(kind="race", key=key, target="1", requested_by=user)
        threads = [threading.Thread(target=claim, args=[job]) for _ in range(int(rivals))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(sum(wins))


def node() -> None:
    """A site with a scanner on this machine."""
    with writing(TESTER):
        site, _ = Site.objects.get_or_create(code="XA", defaults={"name": "Hospital"})
        Peer.objects.get_or_create(
            ae_title="SCANNER",
            defaults={"site": site, "name": "Scanner", "network": "127.0.0.1/32"},
        )


def storm() -> None:
    """A site whose coordinator sends scans; prints the key."""
    with writing(TESTER):
        site, _ = Site.objects.get_or_create(code="XA", defaults={"name": "Hospital"})
        user = User.objects.create(username="sender")
        Membership.objects.create(user=user, site=site, role=Role.COORDINATOR)
        print(Token.objects.create(user=user).key)


def tidy() -> None:
    """What the clock does by and by, as if a day had passed."""
    later = time.time() + 2 * 24 * 3600
    intake.close_abandoned(later)
    intake.clear_spool(later)
    storage.clear_half_written(later)


def waiting() -> None:
    """What is sealed and waits, with its reason: the instance of each file, a line each."""
    rows = HeldFile.objects.exclude(held__reason="").exclude(held__code="")
    for digest in rows.values_list("sha256", flat=True):
        print(pydicom.dcmread(io.BytesIO(storage.unseal(digest))).SOPInstanceUID)


VERBS = {
    "ask": ask,
    "sweep": sweep,
    "race": race,
    "node": node,
    "storm": storm,
    "tidy": tidy,
    "waiting": waiting,
}
if __name__ == "__main__":
    VERBS[sys.argv[1]](*sys.argv[2:])
