"""Web server, worker and clock in one terminal."""

from __future__ import annotations

import socket
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from studysite.core.audit.readiness import refuse_without_trail
from studysite.core.supervisor import Program, Supervisor, python

REFUSED = 3


class Command(BaseCommand):
    """Runs until Ctrl-C; ends everything it started."""

    help = "Serve the study: web server, worker and clock in one terminal, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=port_number, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--dicom-port", type=port_number, help="receive scans by C-STORE there")
        parser.add_argument("--dicom-host", default="127.0.0.1")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Supervise the programs."""
        self._refuse_taken(host, port, "--port")
        started = programs(host, port)
        if options["dicom_port"]:
            self._refuse_taken(options["dicom_host"], options["dicom_port"], "--dicom-port")
            started.append(receiver(options["dicom_host"], options["dicom_port"]))
        refuse_without_trail()
        place = f"http://{host}:{port}/"
        Supervisor(started, cwd=settings.BASE_DIR).run(
            say=self.stderr.write,
            ready=lambda: self.stdout.write(f"The study is served at {place} (Ctrl-C stops it)."),
        )

    def _refuse_taken(self, host: str, port: int, option: str) -> None:
        if not port_is_free(host, port):
            self.stderr.write(f"Port {port} of {host} is in use; choose another with {option}.")
            sys.exit(REFUSED)


def receiver(host: str, port: int) -> Program:
    """The DICOM receiver."""
    command = python("manage.py", "receive_dicom", "--host", host, "--port", str(port))
    return Program("DICOM receiver", command)


def port_number(text: str) -> int:
    """A port that can be listened on."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def programs(host: str, port: int) -> list[Program]:
    """What runs: one web process with threads, one worker, one clock."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    schedule: Path = settings.VAR_DIR / "clock"
    celery = python(*_embedded_as_root(), "-m", "celery", "--quiet", "-A", "studysite")
    web = ["studysite.wsgi", "--bind", address, "--worker-class", "gthread", "--threads", "8"]
    # The control socket would lie in the home folder and be shared by every study there.
    web += ["--timeout", "120", "--graceful-timeout", "3", "--no-control-socket"]
    alone = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    return [
        Program("web server", python("-m", "gunicorn", *web, "--log-level", "warning")),
        Program(
            "worker",
            [*celery, "worker", *alone, "--concurrency", "1", "--loglevel", "WARNING"],
        ),
        Program("clock", [*celery, "beat", "--schedule", str(schedule), "--loglevel", "WARNING"]),
    ]


def _embedded_as_root() -> list[str]:
    """Python's flag that keeps Celery from warning of root, who may well try the study out."""
    return [] if settings.PRODUCTION else ["-W", "ignore:You're running the worker with superuser"]
