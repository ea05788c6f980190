"""Whether this process lives, and whether the study behind it can be worked in."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studysite.core.audit.readiness import refuse_without_trail
from studysite.core.gate import open_to_all

REDIS_PORT = 6379
PATIENCE_SECONDS = 2.0
GOOD_FOR_SECONDS = 3.0
# Without these nobody can work; without the broker work is done later.
NEEDED = ("database", "vault", "migrations", "trail", "files")
_last: dict[str, tuple[float, dict[str, bool]]] = {}


@open_to_all
@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody else: a restart would not mend a database."""
    return JsonResponse({"status": "alive"})


@open_to_all
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """What it stands on, each with yes or no; 503 while people cannot work."""
    found = _found()
    is_ready = all(found[name] for name in NEEDED)
    told = {"status": "ready" if is_ready else "not ready", **found}
    return JsonResponse(told, status=200 if is_ready else 503)


def _found() -> dict[str, bool]:
    """What was found, at most some seconds ago: anybody may ask, and looking costs."""
    at, found = _last.get("", (0.0, {}))
    if not found or time.monotonic() - at > GOOD_FOR_SECONDS:
        found = {name: check() for name, check in CHECKS.items()}
        _last[""] = (time.monotonic(), found)
    return found


def _answers(using: str) -> bool:
    try:
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrated() -> bool:
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    except DatabaseError:
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _trail() -> bool:
    try:
        refuse_without_trail()
    except (ImproperlyConfigured, DatabaseError):
        return False
    return True


def _files() -> bool:
    folders = (settings.SPOOL_DIR, settings.QUARANTINE_DIR)
    there = (next(p for p in (Path(f), *Path(f).parents) if p.exists()) for f in folders)
    return all(os.access(folder, os.R_OK | os.W_OK | os.X_OK) for folder in there)


def _broker() -> bool:
    place = urlsplit(settings.CELERY_BROKER_URL)
    if place.scheme == "filesystem":
        return True
    address = (place.hostname or "localhost", place.port or REDIS_PORT)
    try:
        socket.create_connection(address, PATIENCE_SECONDS).close()
    except OSError:
        return False
    return True


CHECKS: dict[str, Callable[[], bool]] = {
    "database": lambda: _answers(DEFAULT_DB_ALIAS),
    "vault": lambda: _answers("vault"),
    "migrations": _migrated,
    "trail": _trail,
    "files": _files,
    "broker": _broker,
}
