"""A port that takes associations, so many at once, each in a thread."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from imaging.dicom.network import pdu
from imaging.dicom.network.provider import Association, Bounds, Desk, Name

log = logging.getLogger(__name__)
BACKLOG = 64


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def encryption(certificate: str, key: str, authority: str) -> ssl.SSLContext:
    """TLS 1.2 or newer with a certificate; with an authority, peers must show one of theirs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key or None)
    if authority:
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@dataclass
class Listener:
    """Serves a socket, which other processes may serve too, until it is stopped."""

    port: socket.socket
    desk: Callable[[], Desk]
    name: Name
    bounds: Bounds
    most: int
    tls: ssl.SSLContext | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    look_every_s: float = 0.5

    def run(self) -> None:
        """Accept until told to stop; what is under way then has a moment to end."""
        self.port.settimeout(self.look_every_s)
        room = threading.BoundedSemaphore(self.most)
        under_way: list[threading.Thread] = []
        while not self.stopping.is_set():
            under_way = [thread for thread in under_way if thread.is_alive()]
            try:
                connection, address = self.port.accept()
            except TimeoutError:
                continue
            if not room.acquire(blocking=False):
                _turn_away(connection)
                continue
            thread = threading.Thread(
                target=self._serve, args=(connection, address[0], room), daemon=True
            )
            thread.start()
            under_way.append(thread)
        for thread in under_way:
            thread.join(self.look_every_s)

    def _serve(
        self, connection: socket.socket, address: str, room: threading.BoundedSemaphore
    ) -> None:
        try:
            with self._secured(connection, address) as secured:
                secured.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Association(secured, address, self.desk(), self.name, self.bounds).serve()
        except OSError as trouble:
            log.warning("%s: connection lost: %s.", address, trouble)
        finally:
            room.release()

    def _secured(self, connection: socket.socket, address: str) -> socket.socket:
        if self.tls is None:
            return connection
        connection.settimeout(self.bounds.request_s)
        try:
            return self.tls.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            raise


def _turn_away(connection: socket.socket) -> None:
    """More associations than we serve: come again later."""
    with connection:
        connection.settimeout(1.0)
        try:
            connection.sendall(pdu.rejection(pdu.TOO_BUSY))
        except OSError:
            return  # nobody is there to hear it
