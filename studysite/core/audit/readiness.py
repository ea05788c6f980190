"""The study does not start without its trail: every way in that serves people asks here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from studysite.core.audit import install

MOST_SHOWN = 3


def refuse_without_trail() -> None:
    """Raises ImproperlyConfigured, in sentences, when a trigger is missing or differs."""
    found = [fault for alias in connections for fault in install.faults(alias)]
    if found:
        more = f" And {len(found) - MOST_SHOWN} more." if len(found) > MOST_SHOWN else ""
        sentences = " ".join(found[:MOST_SHOWN])
        raise ImproperlyConfigured(
            f"The study does not start without its audit trail. {sentences}{more} "
            "manage.py migrate puts the triggers on; look first at who took them off."
        )


def the_trail_is_whole(
    app_configs: Sequence[AppConfig] | None = None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """`manage.py check --deploy --database default --database vault`."""
    return [
        Error(fault, id="studysite.E010")
        for alias in databases or ()
        for fault in install.faults(alias)
    ]
