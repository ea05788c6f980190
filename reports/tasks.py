"""The worker's doors of this app: which service does which kind of job."""

from __future__ import annotations

from reports.catalog.case_summary import KIND as CASE_SUMMARY
from reports.catalog.outcomes import KIND as OUTCOMES
from reports.services.case_summary import make_case_summary
from reports.services.exports import KIND as EXPORT
from reports.services.exports import make_export
from reports.services.outcomes import make_outcomes
from studysite.core import jobs

jobs.handles(CASE_SUMMARY)(make_case_summary)
jobs.handles(EXPORT)(make_export)
jobs.handles(OUTCOMES)(make_outcomes)
