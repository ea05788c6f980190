"""Documents and exports, as rows."""

from reports.models.document import Document, DocumentState
from reports.models.export import Export

__all__ = ["Document", "DocumentState", "Export"]
