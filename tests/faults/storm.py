"""A study under load whose every part is killed again and again, and what is true after it."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from tests.faults.receiver import object_bytes
from tests.faults.scanner import Scanner
from tests.faults.study import Study, kill_group
from tests.postgres import free_port, wait_until

PATIENCE_SECONDS = 120
AWAY = (ConnectionError, http.client.HTTPException, TimeoutError, OSError)
BOUNDARY = "storm"


class Part:
    """One program of the study that is started, killed with -9, and started again."""

    def __init__(self, study: Study, *argv: str) -> None:
        self.study, self.argv, self.kills = study, argv, 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        log = (self.study.folder / "storm.log").open("a")
        with log:
            return subprocess.Popen(
                [self.study.interpreter, *self.argv],
                cwd=self.study.root,
                env=self.study.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it, and start it again."""
        kill_group(self.process)
        self.kills += 1
        self.process = self._start()

    def keep_running(self) -> None:
        """Start it again where it ended by itself, as a system's supervisor does."""
        if self.process.poll() is not None:
            self.process = self._start()


@dataclass
class Told:
    """What a sender was told."""

    acknowledged: set[str] = field(default_factory=set)
    to_close: set[str] = field(default_factory=set)
    refusals: int = 0


class Sender(threading.Thread):
    """Opens arrivals, sends files, closes them; and now and then goes away in mid-upload."""

    def __init__(self, port: int, key: str, stop: threading.Event, seed: int) -> None:
        super().__init__()
        self.port, self.key, self.stopping = port, key, stop
        self.dice, self.told = random.Random(seed), Told()

    def run(self) -> None:
        """Until told to stop; what was acknowledged is remembered."""
        while not self.stopping.is_set():
            try:
                self._one_arrival()
            except AWAY:
                self.told.refusals += 1
                time.sleep(0.2)
        while self.told.to_close:
            try:
                self.close(next(iter(self.told.to_close)))
            except AWAY:
                time.sleep(0.5)

    def _one_arrival(self) -> None:
        status, body = self._ask("POST", "/api/v1/intakes/", b"{}", "application/json")
        if status != 201:
            raise ConnectionError(status)
        pk = json.loads(body)["id"]
        for _number in range(self.dice.randint(1, 3)):
            content = object_bytes(self.dice.choice((2048, 4096, 65536)))
            if self.dice.random() < 0.15:
                self._cut(pk, content)
            status, body = self._ask("POST", f"/api/v1/intakes/{pk}/files/", *_form(content))
            if status != 201:
                raise ConnectionError(status)
            assert json.loads(body)["sha256"] == hashlib.sha256(content).hexdigest()
            self.told.acknowledged.add(hashlib.sha256(content).hexdigest())
            self.told.to_close.add(pk)
        self.close(pk)

    def close(self, pk: str) -> None:
        """End an arrival."""
        status, _body = self._ask("POST", f"/api/v1/intakes/{pk}/close/", b"{}", "application/json")
        if status != 200:
            raise ConnectionError(status)
        self.told.to_close.discard(pk)

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        heads = {"Authorization": f"Token {self.key}", "Content-Type": kind}
        try:
            line.request(method, path, body=body, headers=heads)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def _cut(self, pk: str, content: bytes) -> None:
        """The connection ends in the middle of a file."""
        body, kind = _form(content)
        head = (
            f"POST /api/v1/intakes/{pk}/files/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Token {self.key}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port), 10) as line:
            line.sendall(head.encode() + body[: len(body) // 2])


def _form(content: bytes) -> tuple[bytes, str]:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{uuid4()}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, f"multipart/form-data; boundary={BOUNDARY}"


class Storm:
    """Everything running, with senders at it."""

    def __init__(self, study: Study, seed: int, senders: int = 2) -> None:
        self.study, self.dice = study, random.Random(seed)
        self.key = study.client("storm")
        self.port, stop = free_port(), threading.Event()
        web = ("-m", "gunicorn", "studysite.wsgi:application", "--bind", f"127.0.0.1:{self.port}")
        celery = ("-m", "celery", "-A", "studysite")
        flags = ("--without-mingle", "--without-gossip", "--without-heartbeat")
        self.parts = {
            "web": Part(study, *web, "--workers", "1", "--threads", "6", "--timeout", "90"),
            "worker": Part(study, *celery, "worker", *flags, "--concurrency", "1"),
            "clock": Part(study, *celery, "beat", "--schedule", str(study.folder / "clock")),
        }
        study.env["DICOM_QUIET_SECONDS"] = "1"
        study.client("node")
        calls = free_port()
        self.parts["receiver"] = Part(study, "manage.py", "receive_dicom", "--port", str(calls))
        self.scanner = Scanner(calls, study.folder / "sent", stop)
        self.stop = stop
        self.senders = [Sender(self.port, self.key, stop, seed + n) for n in range(senders)]

    def answers(self) -> bool:
        """Whether the web server does."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET", "/health/alive/")
            return line.getresponse().status == 200
        except AWAY:
            return False
        finally:
            line.close()

    def _threads(self) -> list[Sender | Scanner]:
        return [*self.senders, self.scanner]

    def rage(self, seconds: float, *outages: Callable[[], None]) -> None:
        """Kill a part at random, again and again, with an outage of a server in between."""
        wait_until(self.answers, "the web server", PATIENCE_SECONDS)
        for sender in self._threads():
            sender.start()
        end, waiting = time.monotonic() + seconds, list(outages)
        while time.monotonic() < end:
            time.sleep(self.dice.uniform(2, 5) if seconds < 60 else self.dice.uniform(2, 20))
            self.parts[self.dice.choice(list(self.parts))].kill()
            left = (end - time.monotonic()) / seconds
            if waiting and left < len(waiting) / (len(outages) + 1):
                waiting.pop()()
            for part in self.parts.values():
                part.keep_running()
        for outage in waiting:
            outage()

    def calm(self) -> None:
        """No more senders; what waits is worked off."""
        self.stop.set()
        for sender in self._threads():
            while sender.is_alive():
                for part in self.parts.values():
                    part.keep_running()
                sender.join(1)
        unfinished = (
            "SELECT (SELECT count(*) FROM core_job WHERE state IN ('queued', 'running')) + "
            "(SELECT count(*) FROM imaging_intake WHERE state <> 'done' AND door = 'store')"
        )
        end = time.monotonic() + PATIENCE_SECONDS
        while self.study.value(unfinished):
            assert time.monotonic() < end, self.study.value(unfinished)
            for part in self.parts.values():
                part.keep_running()
            self.study.client("sweep")
            time.sleep(1)

    def end(self) -> None:
        """Nothing of it runs on."""
        self.stop.set()
        for part in self.parts.values():
            kill_group(part.process)
        for sender in self.senders:
            if sender.ident is not None:
                # A test that failed does not wait for what can no longer be closed.
                sender.told.to_close.clear()
                sender.join(60)
        if self.scanner.ident is not None:
            self.scanner.join(120)

    @property
    def acknowledged(self) -> set[str]:
        """The digests of everything that somebody was told is there."""
        return set().union(*(sender.told.acknowledged for sender in self.senders))


@contextmanager
def storm(study: Study, seed: int) -> Iterator[Storm]:
    """A storm that ends however the test does."""
    raging = Storm(study, seed)
    try:
        yield raging
    finally:
        raging.end()


def faults_after(study: Study, acknowledged: set[str], scanned: set[str]) -> list[str]:
    """What was lost, doubled, orphaned or left unsaid; nothing, it is hoped. Of the digests that
    senders were told of and the instances that the scanner was."""
    study.client("tidy")
    waiting = Counter(study.client("waiting").split())
    found = [f"lost {uid}: does not wait" for uid in scanned - set(waiting)]
    found += [f"doubled {uid}" for uid in scanned if waiting[uid] > 1]
    arrived = {str(row[0]) for row in study.rows("SELECT sha256 FROM imaging_intakefile")}
    kept = {str(row[0]) for row in study.rows("SELECT sha256 FROM imaging_heldfile")}
    found += [f"lost {digest}: no row" for digest in acknowledged - arrived]
    found += [f"lost {digest}: not kept" for digest in acknowledged - kept]
    there = {path.name for path in _files(study.folder / "quarantine")}
    found += [f"lost {digest}: no file" for digest in kept - there]
    found += [f"orphan {name}" for name in there - kept]
    found += [f"orphan {path}" for path in _files(study.folder / "spool")]
    for name in ("quarantine", "scans", "documents", "spool"):
        found += [f"half {path}" for path in (study.folder / name).rglob("*.part")]
    twice = "SELECT sha256 FROM imaging_intakefile GROUP BY sha256 HAVING count(*) > 1"
    found += [f"doubled {row[0]}" for row in study.rows(twice)]
    done = (
        "SELECT pk FROM audit_event WHERE \"table\" = 'core_job' AND new_row LIKE '%\"done\"%' "
        "AND old_row NOT LIKE '%\"done\"%' GROUP BY pk HAVING count(*) > 1"
    )
    found += [f"done twice {row[0]}" for row in study.rows(done)]
    unsaid = "SELECT id FROM core_job WHERE state <> 'done' AND (state <> 'failed' OR message = '')"
    found += [f"unsaid {row[0]}" for row in study.rows(unsaid)]
    failed = study.rows("SELECT message FROM core_job WHERE state = 'failed'")
    found += [f"failed: {row[0]}" for row in failed]
    return found


def _files(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return []
