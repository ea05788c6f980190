"""Documents, as rows."""

from reports.models.document import Document, DocumentState

__all__ = ["Document", "DocumentState"]
