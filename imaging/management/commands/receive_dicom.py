"""The DICOM receiver: C-ECHO and C-STORE for the nodes that the study knows."""

from __future__ import annotations

import ssl
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connections

from imaging.dicom.deidentify import IMPLEMENTATION_CLASS, IMPLEMENTATION_NAME
from imaging.dicom.network.addresses import is_loopback
from imaging.dicom.network.listener import Listener, encryption, listen
from imaging.dicom.network.processes import run_processes
from imaging.dicom.network.provider import Bounds, Name
from imaging.services import receiving
from studysite.core.audit.readiness import refuse_without_trail
from studysite.core.command import StudyCommand
from studysite.core.errors import StudyError
from studysite.core.management.commands.serve import port_number

NAME = Name((IMPLEMENTATION_CLASS, IMPLEMENTATION_NAME))


class Command(StudyCommand):
    """Runs until Ctrl-C. What it acknowledges is on the disk; a job does the rest."""

    help = "Receive scans by C-STORE from the nodes that an administrator has listed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, and with how many processes."""
        parser.add_argument("--port", type=port_number, required=True)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--processes", type=int, default=2)

    def handle(self, *args: Any, host: str, port: int, processes: int, **options: Any) -> None:
        """Serve until stopped."""
        tls = self._encryption(host)
        refuse_without_trail()
        try:
            listener = listen(host, port)
        except OSError as trouble:
            raise StudyError(
                f"Port {port} of {host} cannot be listened on: {trouble.strerror}."
            ) from trouble
        most = max(1, settings.DICOM_ASSOCIATIONS // processes)
        bounds = Bounds(object_bytes=settings.INTAKE_MAX_BYTES)
        connections.close_all()

        def serve(stopping: threading.Event) -> None:
            desk = receiving.NetworkDesk
            Listener(listener, desk, NAME, bounds, most, tls, stopping).run()

        self.stdout.write(
            f"{settings.DICOM_AE_TITLE} receives at {host}:{listener.getsockname()[1]}"
            f"{' with TLS' if tls else ''} (Ctrl-C stops it)."
        )
        self.stdout.flush()
        run_processes(processes, serve, receiving.close_quiet)

    def _encryption(self, host: str) -> ssl.SSLContext | None:
        if settings.DICOM_TLS_CERTIFICATE:
            return encryption(
                settings.DICOM_TLS_CERTIFICATE,
                settings.DICOM_TLS_KEY,
                settings.DICOM_TLS_PEER_AUTHORITY,
            )
        if settings.PRODUCTION and not is_loopback(host):
            raise StudyError(
                "Production receives scans off this machine with TLS alone: "
                "set DICOM_TLS_CERTIFICATE and DICOM_TLS_KEY."
            )
        return None
