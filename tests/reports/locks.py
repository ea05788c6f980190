"""The services that close records and open them."""

from __future__ import annotations

LOCKS = {
    "reports.services.locking.ask_unlock": "asks",
    "reports.services.locking.decide_unlock": "opens",
    "reports.services.locking.take_back_unlock": "leaves it locked",
    "reports.services.locking.lock_case": "closes; locking twice is refused by the table",
    "reports.services.locking.lock_study": "closes",
    "reports.services.locking.lock_visit": "closes",
}
