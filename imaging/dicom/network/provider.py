"""One association served: C-ECHO and C-STORE, nothing else.

What is received goes straight to the disk, never into memory; it is acknowledged once it is there.
"""

from __future__ import annotations

import logging
import socket
import time
from dataclasses import dataclass, replace
from typing import Protocol

from imaging.dicom.network import messages, pdu
from imaging.dicom.network.messages import Command
from imaging.dicom.network.wire import Gone, Wire
from imaging.dicom.sop_classes import is_storage
from imaging.dicom.transfer_syntaxes import TAKEN

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """What one association may ask of us. Times in s; a command set of more than `command_bytes`
    and an object of more than `object_bytes` are not read to their end."""

    unit_bytes: int = 128 << 10
    command_bytes: int = 16 << 10
    object_bytes: int = 1 << 30
    contexts: int = 128
    request_s: float = 10.0
    idle_s: float = 60.0
    unit_s: float = 30.0
    whole_s: float = 4 * 3600.0


class NoRoom(Exception):
    """What arrives cannot be kept, for want of room."""


class Arriving(Protocol):
    """An object on its way to the disk."""

    def write(self, piece: bytes | memoryview) -> None:
        """The next bytes. Raises NoRoom."""

    def keep(self) -> None:
        """On the disk, to stay. Raises NoRoom."""

    def drop(self) -> None:
        """It never came."""


class Desk(Protocol):
    """Whoever decides who may send, and has a place for what they send."""

    def refusal(self, calling: str, called: str, address: str) -> tuple[int, int, int] | None:
        """Why this peer is refused; None where it is welcome."""

    def begin(self) -> Arriving:
        """A place for one object. Raises NoRoom."""

    def leave(self) -> None:
        """The association is over."""


@dataclass(frozen=True)
class Name:
    """How we call ourselves: the implementation's UID and version."""

    implementation: tuple[str, str]


class Association:
    """One peer's connection, from its request to its end."""

    def __init__(
        self, connection: socket.socket, address: str, desk: Desk, name: Name, bounds: Bounds
    ) -> None:
        self.wire = Wire(connection, bounds.unit_bytes)
        self.address, self.desk, self.name, self.bounds = address, desk, name, bounds
        self.contexts: dict[int, tuple[str, str]] = {}
        self.until = time.monotonic() + bounds.whole_s
        self.stored = 0

    def serve(self) -> None:
        """Answer until the peer leaves or breaks a rule."""
        try:
            if self._admit():
                while self._unit():
                    pass
        except pdu.BadPdu as trouble:
            log.warning("%s: association aborted: %s.", self.address, trouble)
            self._abort()
        except Gone as trouble:
            log.info("%s: association ended: %s.", self.address, trouble)
            self._abort()
        finally:
            self.desk.leave()

    def _abort(self) -> None:
        try:
            self.wire.send(pdu.abort(), 1.0)
        except Gone:
            return  # nobody is there to hear it

    def _send(self, content: bytes) -> None:
        self.wire.send(content, self.bounds.unit_s)

    def _admit(self) -> bool:
        bounds = self.bounds
        kind, body = self.wire.read(wait_s=bounds.request_s, whole_s=bounds.request_s)
        if kind != pdu.ASSOCIATE_RQ:
            raise pdu.BadPdu("it does not begin with a request")
        asked = pdu.parse_request(bytes(body))
        if len(asked.contexts) > bounds.contexts:
            raise pdu.BadPdu("too many presentation contexts")
        reason = self.desk.refusal(asked.calling, asked.called, self.address)
        if reason is not None:
            log.warning("%s: association refused %s.", self.address, reason)
            self._send(pdu.rejection(reason))
            return False
        answers = tuple(_answer(context) for context in asked.contexts)
        classes = {context.id: context.abstract_syntax for context in asked.contexts}
        self.contexts = {
            answer.id: (classes[answer.id], answer.transfer_syntax)
            for answer in answers
            if answer.result == pdu.ACCEPTED
        }
        accepted = pdu.acceptance(
            asked,
            answers,
            most_bytes=bounds.unit_bytes,
            implementation=self.name.implementation,
        )
        self._send(accepted)
        return True

    def _read(self) -> tuple[int, memoryview]:
        if time.monotonic() > self.until:
            raise Gone("it stayed too long")
        return self.wire.read(wait_s=self.bounds.idle_s, whole_s=self.bounds.unit_s)

    def _unit(self) -> bool:
        """Take the next message, or the end. False where the association is over."""
        kind, body = self._read()
        if kind == pdu.DATA:
            self._message(body)
            return True
        if kind == pdu.RELEASE_RQ:
            self._send(pdu.release(pdu.RELEASE_RP))
            return False
        if kind == pdu.ABORT:
            return False
        raise pdu.BadPdu(f"a unit of type {kind} where none is expected")

    def _message(self, body: memoryview) -> None:
        """A command and what belongs to it, both perhaps over many units."""
        context, raw, rest = 0, b"", None
        while rest is None:
            values = pdu.values(body)
            for context_id, control, piece in values:
                if not control & pdu.COMMAND or (raw and context_id != context):
                    raise pdu.BadPdu("a data set without its command")
                context, raw = context_id, raw + bytes(piece)
                if len(raw) > self.bounds.command_bytes:
                    raise pdu.BadPdu("a command of too many bytes")
                if control & pdu.LAST:
                    rest = list(values)
                    break
            if rest is None:
                body = self._data()
        if context not in self.contexts:
            raise pdu.BadPdu("a presentation context that was not agreed")
        self._do(context, messages.parse(raw), rest)

    def _data(self) -> memoryview:
        kind, body = self._read()
        if kind != pdu.DATA:
            raise pdu.BadPdu("a message that ends in its middle")
        return body

    def _do(self, context: int, command: Command, rest: list[tuple[int, int, memoryview]]) -> None:
        sop_class, _syntax = self.contexts[context]
        if command.kind == messages.ECHO_RQ and sop_class == messages.VERIFICATION and not rest:
            self._answer(context, command, messages.ECHO_RSP, messages.SUCCESS)
        elif command.kind == messages.STORE_RQ and command.has_data:
            self._answer(context, command, messages.STORE_RSP, self._store(context, command, rest))
        else:
            raise pdu.BadPdu("a command that was not agreed")

    def _answer(self, context: int, command: Command, kind: int, status: int) -> None:
        answer = replace(command, kind=kind, has_data=False, status=status)
        self._send(pdu.data(context, pdu.COMMAND | pdu.LAST, messages.write(answer)))

    def _store(
        self, context: int, command: Command, rest: list[tuple[int, int, memoryview]]
    ) -> int:
        """Keep one object; its status. An object refused is read to its end and forgotten."""
        sop_class, syntax = self.contexts[context]
        if command.sop_class != sop_class or sop_class == messages.VERIFICATION:
            self._drain(context, rest, None)
            return messages.NOT_THIS_CLASS
        if not messages.UID.fullmatch(command.sop_instance):
            self._drain(context, rest, None)
            return messages.BAD_INSTANCE
        try:
            arriving = self.desk.begin()
        except NoRoom:
            self._drain(context, rest, None)
            return messages.OUT_OF_RESOURCES
        return self._keep(context, command, rest, arriving, syntax)

    def _keep(
        self,
        context: int,
        command: Command,
        rest: list[tuple[int, int, memoryview]],
        arriving: Arriving,
        syntax: str,
    ) -> int:
        kept = False
        try:
            head = messages.file_header(
                command.sop_class, command.sop_instance, syntax, self.name.implementation
            )
            full = self._drain(context, rest, arriving, head)
            if not full:
                arriving.keep()
                kept = True
                self.stored += 1
            return messages.OUT_OF_RESOURCES if full else messages.SUCCESS
        except NoRoom:
            return messages.OUT_OF_RESOURCES
        finally:
            if not kept:
                arriving.drop()

    def _drain(
        self,
        context: int,
        rest: list[tuple[int, int, memoryview]],
        arriving: Arriving | None,
        head: bytes = b"",
    ) -> bool:
        """Read an object to its end. True where it could not all be written."""
        full = arriving is None or not _written(arriving, head)
        total, ended = 0, False
        pieces = iter(rest)
        while not ended:
            for context_id, control, piece in pieces:
                if control & pdu.COMMAND or context_id != context or ended:
                    raise pdu.BadPdu("a data set that another message breaks into")
                total += len(piece)
                if total > self.bounds.object_bytes:
                    raise pdu.BadPdu("an object larger than this site takes")
                full = full or arriving is None or not _written(arriving, piece)
                ended = bool(control & pdu.LAST)
            if not ended:
                pieces = pdu.values(self._data())
        return full


def _written(arriving: Arriving, piece: bytes | memoryview) -> bool:
    try:
        arriving.write(piece)
    except NoRoom:
        return False
    return True


def _answer(context: pdu.Proposed) -> pdu.Answered:
    """Whether we store this kind of object, and in which of the encodings that were offered: the
    sender's first that we can read."""
    wanted = context.abstract_syntax
    if wanted != messages.VERIFICATION and not is_storage(wanted):
        return pdu.Answered(context.id, pdu.NO_ABSTRACT_SYNTAX, context.transfer_syntaxes[0])
    for syntax in context.transfer_syntaxes:
        if syntax in TAKEN:
            return pdu.Answered(context.id, pdu.ACCEPTED, syntax)
    return pdu.Answered(context.id, pdu.NO_TRANSFER_SYNTAX, context.transfer_syntaxes[0])
