"""A person has failed work done again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studysite.core import jobs
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import OutOfOrder
from studysite.core.models import Job, Site, User
from studysite.core.roles import Action


@service(Action.RETRY_JOB)
def retry(*, by: User, job: Job | None, site: Site) -> Job:
    """Put a failed job of a site's scan back in the queue."""
    require(by, Action.RETRY_JOB, site)
    if job is None:
        raise OutOfOrder(_("No work was asked for yet."))
    jobs.retry(job)
    about(job.subject, f"{job.kind} tried again")
    return job
