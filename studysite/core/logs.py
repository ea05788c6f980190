"""Log lines that a machine reads and that name nobody.

What an exception says may hold what somebody entered or what a scan's header has, so a line tells
its kind and where it happened, never its words. The words of others' packages are left out too.
"""

from __future__ import annotations

import json
import logging
import subprocess
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

# Of these a line's own words are kept: they are written here or name an address.
OWN = ("studysite", "enrollment", "imaging", "reports", "django.request", "gunicorn.error")
ROOT = Path(__file__).resolve().parents[2]
MOST_FRAMES = 12
HOOK_SECONDS = 20
AGAIN_AFTER_SECONDS = 3600.0


class JsonLine(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(described(record), ensure_ascii=False)


def described(record: logging.LogRecord) -> dict[str, Any]:
    """What is said of a record."""
    line: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": _words(record),
        "process": record.process,
    }
    if status := getattr(record, "status_code", None):
        line["status"] = status
    if task := getattr(record, "data", None):
        line["task"] = {name: str(task.get(name, "")) for name in ("name", "id")}
    if record.exc_info and record.exc_info[0]:
        line["error"] = f"{record.exc_info[0].__module__}.{record.exc_info[0].__qualname__}"
        line["where"] = _frames(record.exc_info[2])
    return line


def _words(record: logging.LogRecord) -> str:
    """The line's words; with an exception or from elsewhere, only what the program wrote."""
    if record.name.split(".")[0] in OWN or record.name in OWN:
        return record.getMessage()
    return str(record.msg)


def _frames(trace: Any) -> list[str]:
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(name: str) -> str:
    path = Path(name)
    if path.is_relative_to(ROOT / ".venv"):
        return name.partition("site-packages/")[2]
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


class Reporter(logging.Handler):
    """Lets errors leave the system: by mail to ERROR_MAIL_TO, and as one line on the standard input
    of ERROR_HOOK, a command. Both get what the log has. The same error once an hour."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._told: dict[str, float] = {}
        self.threads: set[threading.Thread] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Report, in a thread of its own: nobody waits for a mail server."""
        line = described(record)
        key = json.dumps([line["logger"], line.get("error"), line.get("where", line["message"])])
        now = time.monotonic()
        if now - self._told.get(key, -AGAIN_AFTER_SECONDS) < AGAIN_AFTER_SECONDS:
            return
        self._told[key] = now
        thread = threading.Thread(target=self._send, args=[line, record], daemon=True)
        self.threads = {one for one in self.threads if one.is_alive()} | {thread}
        thread.start()

    def _send(self, line: dict[str, Any], record: logging.LogRecord) -> None:
        try:
            report(line)
        except (OSError, subprocess.SubprocessError):
            self.handleError(record)


def report(line: dict[str, Any]) -> None:
    """Send one line to whoever is to know."""
    text = json.dumps(line, ensure_ascii=False)
    if settings.ERROR_MAIL_TO:
        subject = f"{settings.STUDY_NAME}: {line.get('error', line['logger'])}"
        EmailMessage(subject, json.dumps(line, indent=1), to=settings.ERROR_MAIL_TO).send()
    if settings.ERROR_HOOK:
        subprocess.run(settings.ERROR_HOOK, input=text.encode(), timeout=HOOK_SECONDS, check=True)
