"""Many scans measured on two processes; what is done is kept, so that a stopped run goes on."""

from __future__ import annotations

import ast
import hashlib
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

PROCESSES = 2
SOURCES = Path("imaging/nerve")
ENTRIES = ("measure.py", "phantom.py")

Key = tuple[str, int]


def code_digest(entries: Iterable[str] = ENTRIES) -> str:
    """A short digest of what results are made by, phantoms and measurement: results of other code
    are not mixed in, and a module that none of the entries imports changes nothing."""
    found = hashlib.sha256()
    for path in sorted(imported(*(SOURCES / name for name in entries))):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def imported(*entries: Path) -> set[Path]:
    """These modules and all of their own folder that they import, one from another."""
    seen: set[Path] = set()
    left = list(entries)
    while left:
        path = left.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                name = node.module.removeprefix(".".join(SOURCES.parts) + ".")
                left.append(path.parent / f"{name}.py")
    return seen


class Kept:
    """Results by key in a file of one JSON line each, of this code only."""

    def __init__(self, path: Path, entries: Iterable[str] = ENTRIES) -> None:
        self._path = path
        self.code = code_digest(entries)
        self.results: dict[Key, Any] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                found = json.loads(line)
                if found["code"] == self.code:
                    self.results[found["name"], found["seed"]] = found["result"]

    def add(self, key: Key, result: Any) -> None:
        self.results[key] = result
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = {"code": self.code, "name": key[0], "seed": key[1], "result": result}
        with self._path.open("a") as kept:
            kept.write(json.dumps(line) + "\n")


def run(
    kept: Kept,
    keys: Iterable[Key],
    work: Callable[[str, int], Any],
    *,
    processes: int = PROCESSES,
    minutes: float | None = None,
) -> int:
    """Do what is not done yet, in order, until it is done or the minutes are over; how many are
    left. `work` is a module's function of a name and a seed; its result is plain JSON."""
    left = [key for key in keys if key not in kept.results]
    total, started = len(left), time.monotonic()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        waiting: dict[Future[Any], Key] = {}
        while waiting or (left and _in_time(started, minutes)):
            while left and len(waiting) < 2 * processes and _in_time(started, minutes):
                key = left.pop(0)
                waiting[pool.submit(work, *key)] = key
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                kept.add(waiting.pop(future), future.result())
            _tell(total - len(left) - len(waiting), len(done), total, started)
    return len(left)


def _in_time(started: float, minutes: float | None) -> bool:
    return minutes is None or time.monotonic() - started < 60 * minutes


def _tell(done: int, new: int, total: int, started: float) -> None:
    """Progress: in place on a terminal, one line in twenty elsewhere."""
    text = f"{done} of {total} scans, {time.monotonic() - started:.0f} s"
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text}\033[K" + ("\n" if done == total else ""))
    elif done % 20 < new or done == total:
        sys.stderr.write(text + "\n")
    sys.stderr.flush()
