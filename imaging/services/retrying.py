"""A person has failed work done again."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _

from enrollment.models import Participant
from enrollment.services.closing import refuse_closed
from imaging.models import Measurement
from studysite.core import jobs
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import OutOfOrder
from studysite.core.models import Job, Site, User
from studysite.core.roles import Action
from studysite.core.said import said

# Changes nothing of what is closed.
SENDS = "send"


@service(Action.RETRY_JOB)
def retry(*, by: User, job: Job | None, site: Site) -> Job:
    """Put a failed job of a site's scan back in the queue."""
    require(by, Action.RETRY_JOB, site)
    if job is None:
        raise OutOfOrder(_("No work was asked for yet."))
    if _superseded(job):
        raise OutOfOrder(_("A newer version of this measurement was asked for."))
    # Held, so that what is being closed is closed before, or waits for this work.
    subject = Participant.objects.select_for_update().filter(number=job.subject).first()
    if subject is not None and job.kind != SENDS:
        refuse_closed(subject, visit=_visit_of(job))
    jobs.retry(job)
    about(job.subject, said("Tried again: %(job)s", job=_KINDS[job.kind]))
    return job


_KINDS = {
    "intake": said("Take in a scan"),
    "measure": said("Measure both nerves"),
    "training": said("Make a training case"),
    "suggest": said("Suggest end points"),
    "send": said("Send a scan to an archive"),
    "case_summary": said("Make a case summary"),
    "export": said("Make an export"),
    "outcomes": said("Compute the outcomes"),
}


def _visit_of(job: Job) -> str:
    """The visit that a measurement's result belongs to; that of an arrival is found by its work."""
    keys = Measurement.objects.filter(job=job).values_list("series__scan__visit__key", flat=True)
    return keys.first() or ""


def _superseded(job: Job) -> bool:
    """Whether somebody has set new end points since: the older ones must not become the newest."""
    newer = Measurement.objects.filter(job=job, series__measurements__version__gt=F("version"))
    return newer.exists()
