"""Jobs of any kind: how far they are, and trying again."""

from __future__ import annotations

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reports.services import jobs
from studysite.core.api_job import JobOut
from studysite.core.api_view import PageIn, StudyView, operation, page_of, page_out
from studysite.core.models import JobState
from studysite.core.roles import Action


class JobFilterIn(PageIn):
    """Which jobs."""

    state = serializers.ChoiceField(JobState.choices, allow_blank=True, default="")


class JobsView(StudyView):
    """The jobs of the person's sites."""

    actions_needed = {"get": Action.SEE_JOBS}

    @operation("list_jobs", query=JobFilterIn, gives=page_out("JobPageOut", JobOut))
    def get(self, request: Request) -> Response:
        """The jobs whose results the person may see, newest first."""
        chosen = self.asked(JobFilterIn)
        found = jobs.visible_jobs(by=self.by)
        if chosen["state"]:
            found = found.filter(state=chosen["state"])
        rows, page = page_of(found, chosen)
        return Response({**page, "results": JobOut(rows, many=True).data})


class JobView(StudyView):
    """One job."""

    actions_needed = {"get": Action.SEE_JOBS}

    @operation("show_job", gives=JobOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """Where a job is, how far, and why it failed."""
        return Response(JobOut(jobs.find_job(by=self.by, pk=pk)).data)


class JobRetryView(StudyView):
    """One that failed."""

    actions_needed = {"post": Action.RETRY_JOB}

    @operation("retry_job", gives=JobOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Try a failed job again."""
        job = jobs.find_job(by=self.by, pk=pk)
        jobs.retry_job(by=self.by, job=job)
        job.refresh_from_db()
        return Response(JobOut(job).data)
