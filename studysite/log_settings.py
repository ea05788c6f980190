"""Where log lines go; `studysite.settings` says in which format."""

from __future__ import annotations

from typing import Any


def logging_as(form: str, level: str) -> dict[str, Any]:
    """Lines to the terminal, `line` for people or `json` for machines; errors to who is to know."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": "studysite.core.logs.JsonLine"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": form},
            "reporter": {"class": "studysite.core.logs.Reporter"},
        },
        "root": {"handlers": ["console", "reporter"], "level": level},
        # Django would mail ADMINS what somebody typed into a form.
        "loggers": {"django": {"handlers": [], "propagate": True}},
    }
