"""A reader's cases as a test takes them up, in the order of the list."""

from __future__ import annotations

from imaging.services.cases import Case, find_case, lines_of
from studysite.core.models import User


def cases_of(*, by: User) -> list[Case]:
    """All of them, the open ones first."""
    return [find_case(by=by, reading_id=line["reading_id"]) for line in lines_of(by=by)]
