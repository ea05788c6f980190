"""A user of somebody else's C-ECHO and C-STORE (PS3.7 section 9.1): one association, many objects.

Like the receiver it frames data units itself, and bounds what the other side may send and how long
it may take. An object is sent as it is stored, or in implicit little endian where that is all the
other side reads.
"""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType

import pydicom
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from imaging.dicom.errors import DicomRefused
from imaging.dicom.network import messages, pdu
from imaging.dicom.network.messages import Command
from imaging.dicom.network.wire import Gone, Wire
from imaging.dicom.part10 import data_set
from imaging.dicom.transfer_syntaxes import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from imaging.told import told

UNIT_BYTES = 128 << 10
LEAST_UNIT_BYTES = 1 << 10
# One kind of object a context, and ids are odd numbers up to 255.
MOST_KINDS = 127


@dataclass(frozen=True)
class Node:
    """Where objects go, what it is called and what it calls us."""

    host: str
    port: int
    called: str
    calling: str
    implementation: tuple[str, str]
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True)
class Patience:
    """How long the other side may take, s."""

    connect_s: float = 10.0
    answer_s: float = 60.0
    unit_s: float = 30.0


@dataclass(frozen=True)
class Parcel:
    """One object to send: its kind, its name, and its file."""

    sop_class: str
    sop_instance: str
    content: bytes


class Sending:
    """An association asked for. Raises DicomRefused where there is none to be had."""

    def __init__(
        self, node: Node, sop_classes: Iterable[str], patience: Patience | None = None
    ) -> None:
        self.node, self.patience = node, patience or Patience()
        self._message = 0
        self._socket = self._connected()
        self._wire = Wire(self._socket, UNIT_BYTES)
        try:
            self._contexts, self._unit_bytes = self._associated(sorted(set(sop_classes)))
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Sending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        with self._socket:
            try:
                self._wire.send(pdu.release(pdu.RELEASE_RQ) if kind is None else pdu.abort(0), 2.0)
                if kind is None:
                    self._wire.read(wait_s=2.0, whole_s=2.0)
            except (Gone, pdu.BadPdu):
                return  # it left first; everything that it took it has answered

    def echo(self) -> int:
        """Whether it is there: the status of its answer."""
        return self._asked(messages.VERIFICATION, Command(messages.ECHO_RQ, 0), b"")

    def takes(self, sop_class: str) -> bool:
        """Whether it agreed to objects of this kind."""
        return sop_class in self._contexts

    def store(self, parcel: Parcel) -> int:
        """Send one object of a kind that it takes; the status of its answer. DicomRefused where it
        does not answer as the standard has it, after which nothing more can be sent."""
        syntax = self._contexts[parcel.sop_class][1]
        asks = Command(messages.STORE_RQ, 0, parcel.sop_class, parcel.sop_instance, has_data=True)
        return self._asked(parcel.sop_class, asks, _data_set(parcel.content, syntax))

    def _connected(self) -> socket.socket:
        node, within = self.node, self.patience.connect_s
        try:
            plain = socket.create_connection((node.host, node.port), timeout=within)
        except OSError as trouble:
            raise DicomRefused("unreachable", told("Nobody answers there.")) from trouble
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if node.tls is None:
            return plain
        try:
            return node.tls.wrap_socket(plain, server_hostname=node.host)
        except OSError as trouble:
            plain.close()
            sentence = told("Somebody answers there, but not with a certificate that is trusted.")
            raise DicomRefused("no_tls", sentence) from trouble

    def _associated(self, sop_classes: list[str]) -> tuple[dict[str, tuple[int, str]], int]:
        """The contexts agreed on by kind of object, each with its encoding; and the longest data
        unit that it takes."""
        node = self.node
        syntaxes = (EXPLICIT_LITTLE, IMPLICIT_LITTLE)
        proposed = tuple(
            pdu.Proposed(2 * number + 1, sop_class, syntaxes)
            for number, sop_class in enumerate(sop_classes[:MOST_KINDS])
        )
        asked = pdu.Request(node.called, node.calling, proposed, UNIT_BYTES)
        kind, body = self._exchange(pdu.request(asked, implementation=node.implementation))
        if kind == pdu.ASSOCIATE_RJ:
            raise DicomRefused("not_welcome", _why_not(body))
        if kind != pdu.ASSOCIATE_AC:
            raise DicomRefused("no_dicom", told("What answers there does not speak DICOM."))
        accepted = self._understood(body)
        kinds = {context.id: context.abstract_syntax for context in proposed}
        contexts = {
            kinds[answer.id]: (answer.id, answer.transfer_syntax)
            for answer in accepted.answers
            if answer.result == pdu.ACCEPTED
            and answer.id in kinds
            and answer.transfer_syntax in syntaxes
        }
        most = accepted.most_bytes or UNIT_BYTES
        return contexts, max(LEAST_UNIT_BYTES, min(most, UNIT_BYTES))

    def _understood(self, body: bytes) -> pdu.Acceptance:
        try:
            return pdu.parse_acceptance(body)
        except pdu.BadPdu as trouble:
            raise _nonsense() from trouble

    def _asked(self, sop_class: str, command: Command, data: bytes | memoryview) -> int:
        """Send a request with its data; the status of the answer to it."""
        context, _syntax = self._contexts[sop_class]
        self._message = self._message % 0xFFFF + 1
        numbered = Command(
            command.kind,
            self._message,
            command.sop_class or sop_class,
            command.sop_instance,
            command.has_data,
        )
        try:
            self._send(context, pdu.COMMAND, messages.write(numbered))
            if data:
                self._send(context, 0, data)
            return self._answer(context, numbered)
        except Gone as trouble:
            raise _gone() from trouble
        except pdu.BadPdu as trouble:
            raise _nonsense() from trouble

    def _send(self, context: int, control: int, content: bytes | memoryview) -> None:
        room = self._unit_bytes - pdu.PDV_HEAD.size
        whole = memoryview(content)
        for start in range(0, len(whole), room):
            last = pdu.LAST if start + room >= len(whole) else 0
            piece = whole[start : start + room]
            self._wire.send(pdu.data(context, control | last, piece), self.patience.unit_s)

    def _answer(self, context: int, asked: Command) -> int:
        raw, ended = b"", False
        while not ended:
            kind, body = self._read()
            if kind == pdu.ABORT:
                raise Gone("it broke off")
            if kind != pdu.DATA:
                raise pdu.BadPdu(f"a unit of type {kind} for an answer")
            for context_id, control, piece in pdu.values(body):
                if context_id != context or not control & pdu.COMMAND or ended:
                    raise pdu.BadPdu("an answer to something else")
                raw += bytes(piece)
                ended = bool(control & pdu.LAST)
            if len(raw) > UNIT_BYTES:
                raise pdu.BadPdu("an answer of too many bytes")
        answer = messages.parse(raw)
        if (answer.kind, answer.message) != (asked.kind | 0x8000, asked.message):
            raise pdu.BadPdu("an answer to something else")
        return answer.status

    def _read(self) -> tuple[int, memoryview]:
        return self._wire.read(wait_s=self.patience.answer_s, whole_s=self.patience.unit_s)

    def _exchange(self, content: bytes) -> tuple[int, bytes]:
        try:
            self._wire.send(content, self.patience.unit_s)
            kind, body = self._wire.read(
                wait_s=self.patience.connect_s, whole_s=self.patience.connect_s
            )
        except Gone as trouble:
            raise _gone() from trouble
        except pdu.BadPdu as trouble:
            raise _nonsense() from trouble
        return kind, bytes(body)


def _data_set(content: bytes, syntax: str) -> bytes | memoryview:
    """A file's data set without its header, in the encoding agreed on. Files of ours are explicit
    little endian."""
    if syntax == EXPLICIT_LITTLE:
        return data_set(content)
    written = DicomBytesIO()
    written.is_implicit_VR, written.is_little_endian = True, True
    write_dataset(written, pydicom.dcmread(io.BytesIO(content)))
    return written.getvalue()


def _why_not(body: bytes) -> str:
    if len(body) < 4:
        return told("It refuses to be called.")
    reason = (body[1], body[2], body[3])
    return {
        pdu.CALLING_NOT_KNOWN: told("It does not know this study's title: have it listed there."),
        pdu.CALLED_NOT_KNOWN: told("It goes by another title than the one that is listed here."),
    }.get(reason, told("It refuses to be called."))


def _gone() -> DicomRefused:
    return DicomRefused("gone", told("It stopped answering."))


def _nonsense() -> DicomRefused:
    return DicomRefused("nonsense", told("It answers in a way that is not DICOM's."))
