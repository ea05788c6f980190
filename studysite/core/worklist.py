"""What a page of work is made of: each app finds its own items, one page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from studysite.core.roles import Action

# Of each kind of work, what is oldest or latest: a page of it, however large the study.
AT_MOST = 50


@dataclass(frozen=True)
class WorkItem:
    """One thing that is a person's to do now. `action` is the permission that it needs."""

    title: str
    detail: str
    url: str
    subject: str
    since: datetime
    action: Action
    overdue: bool = False
