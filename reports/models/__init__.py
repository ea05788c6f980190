"""Documents, exports and reports, as rows."""

from reports.models.document import Document, DocumentState
from reports.models.export import Export
from reports.models.study_report import StudyReport

__all__ = ["Document", "DocumentState", "Export", "StudyReport"]
