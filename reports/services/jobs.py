"""Who sees which job, and trying a failed one again."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from enrollment.models import Participant
from imaging.models import Intake
from imaging.services import retrying
from reports.services.exports import KIND as EXPORT
from reports.services.kept import JOB as REPORT
from reports.services.kept import reports_of
from studysite.core.access import may, sites_for
from studysite.core.errors import NotThere
from studysite.core.models import Job, Site, User
from studysite.core.roles import Action

# A job is shown to those who may see what it makes.
SEEN_BY = {
    "intake": Action.SEE_SCANS,
    "measure": Action.SEE_MEASUREMENTS,
    "suggest": Action.SEE_MEASUREMENTS,
    "send": Action.SEE_IMAGES,
    "case_summary": Action.SEE_CASE_SUMMARY,
}

# The second: reports asked for before there were others than outcomes.
REPORTS = (REPORT, "outcomes")


def visible_jobs(*, by: User) -> QuerySet[Job]:
    """Jobs about participants and arrivals of the person's sites, newest first."""
    seen = Q(pk__in=[])
    for kind, action in SEEN_BY.items():
        sites = sites_for(by, Action.SEE_JOBS).filter(pk__in=sites_for(by, action).values("pk"))
        whose = Participant.objects.filter(site__in=sites, number=OuterRef("subject"))
        arrival = Intake.objects.filter(site__in=sites, job=OuterRef("pk"))
        seen |= Q(kind=kind) & (Exists(whose) | Exists(arrival))
    if may(by, Action.EXPORT):
        seen |= Q(kind=EXPORT, requested_by=by)
    reports = [str(row.pk) for row in reports_of(by)] if may(by, Action.SEE_JOBS) else []
    seen |= Q(kind__in=REPORTS, target__in=reports)
    return Job.objects.filter(seen).select_related("requested_by").order_by("-requested_at")


def find_job(*, by: User, pk: UUID) -> Job:
    """A job that the person may see; otherwise there is none."""
    job = visible_jobs(by=by).filter(pk=pk).first()
    if job is None:
        raise NotThere(_("There is no such job."))
    return job


def retry_job(*, by: User, job: Job) -> Job:
    """Have a failed job done again."""
    return retrying.retry(by=by, job=job, site=_site_of(job, by))


def _site_of(job: Job, by: User) -> Site:
    if job.kind in REPORTS:
        # About the whole study: any site at which the person may.
        return sites_for(by, Action.RETRY_JOB).first() or Site.objects.order_by("pk")[0]
    participant = Participant.objects.select_related("site").filter(number=job.subject).first()
    if participant is not None:
        return participant.site
    if job.kind == EXPORT:
        site = sites_for(job.requested_by, Action.EXPORT).first()
        if site is None:
            raise NotThere(_("There is no such job."))
        return site
    return Intake.objects.select_related("site").get(job=job).site
