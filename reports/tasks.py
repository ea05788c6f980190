"""The worker's doors of this app: which service does which kind of job."""

from __future__ import annotations

from reports.catalog.case_summary import KIND as CASE_SUMMARY
from reports.services.case_summary import make_case_summary
from reports.services.exports import KIND as EXPORT
from reports.services.exports import make_export
from reports.services.kept import JOB as REPORT
from reports.services.kept import make_report
from studysite.core import jobs

jobs.handles(CASE_SUMMARY)(make_case_summary)
jobs.handles(EXPORT)(make_export)
jobs.handles(REPORT)(make_report)
# Reports that were asked for before there were others than outcomes.
jobs.handles("outcomes")(make_report)
