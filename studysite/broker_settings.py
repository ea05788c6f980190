"""How the broker is spoken to; `studysite.settings` says which one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LONGER_THAN_ANY_JOB_SECONDS = 3600


def transport_options(url: str, folder: Path) -> dict[str, Any]:
    """For a broker of files, in a folder; for Redis, which is not waited for where it does not
    answer, and which gives again what it gave to a worker that died."""
    if url.startswith("filesystem:"):
        (folder / "control").mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.1,
        }
    if url.startswith("redis"):
        return {"socket_connect_timeout": 3, "visibility_timeout": LONGER_THAN_ANY_JOB_SECONDS}
    return {}
