"""What is said of a protocol file that cannot be used."""

from __future__ import annotations

from studysite.core.errors import StudyError


class ProtocolError(StudyError):
    """A protocol file that cannot be used."""

    code = "protocol"
