"""Protocol data units of the upper layer (PS3.8 section 9.3), read and written as plain bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ = 1, 2, 3
DATA, RELEASE_RQ, RELEASE_RP, ABORT = 4, 5, 6, 7
HEAD = struct.Struct(">BxI")
PDV_HEAD = struct.Struct(">IBB")
APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
COMMAND, LAST = 1, 2
FIXED_BYTES = 68

# Reasons for which an association is refused (PS3.8 table 9-21): result, source, reason.
NO_REASON = (1, 1, 1)
CALLING_NOT_KNOWN = (1, 1, 3)
CALLED_NOT_KNOWN = (1, 1, 7)
VERSION_NOT_SUPPORTED = (1, 2, 2)
TOO_BUSY = (2, 3, 2)

ACCEPTED, NO_ABSTRACT_SYNTAX, NO_TRANSFER_SYNTAX = 0, 3, 4


class BadPdu(Exception):
    """Bytes that are no protocol data unit as the standard has it."""


@dataclass(frozen=True)
class Proposed:
    """A presentation context that was asked for."""

    id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(frozen=True)
class Answered:
    """What became of it. `transfer_syntax` is the one in use where the result is 0."""

    id: int
    result: int
    transfer_syntax: str


@dataclass(frozen=True)
class Request:
    """An association asked for. `most_bytes`: the longest data unit its sender takes; 0 is any."""

    called: str
    calling: str
    contexts: tuple[Proposed, ...]
    most_bytes: int = 0


@dataclass(frozen=True)
class Acceptance:
    """An association granted."""

    answers: tuple[Answered, ...] = field(default=())
    most_bytes: int = 0


def parse_request(body: bytes) -> Request:
    """An A-ASSOCIATE-RQ's body. Raises BadPdu."""
    called, calling, items = _fixed(body)
    contexts: list[Proposed] = []
    most = 0
    for kind, value in _items(items):
        if kind == 0x20:
            contexts.append(_proposed(value))
        elif kind == 0x50:
            most = _most_bytes(value)
    ids = [context.id for context in contexts]
    if not contexts or len(set(ids)) != len(ids):
        raise BadPdu("presentation contexts are missing or doubled")
    return Request(called, calling, tuple(contexts), most)


def parse_acceptance(body: bytes) -> Acceptance:
    """An A-ASSOCIATE-AC's body. Raises BadPdu."""
    _called, _calling, items = _fixed(body)
    answers: list[Answered] = []
    most = 0
    for kind, value in _items(items):
        if kind == 0x21 and len(value) >= 4:
            syntaxes = [_uid(inner) for sub, inner in _items(value[4:]) if sub == 0x40]
            answers.append(Answered(value[0], value[2], syntaxes[0] if syntaxes else ""))
        elif kind == 0x50:
            most = _most_bytes(value)
    return Acceptance(tuple(answers), most)


def request(asked: Request, *, implementation: tuple[str, str]) -> bytes:
    """An A-ASSOCIATE-RQ."""
    contexts = b"".join(
        _item(
            0x20,
            bytes((context.id, 0, 0, 0))
            + _item(0x30, context.abstract_syntax.encode())
            + b"".join(_item(0x40, syntax.encode()) for syntax in context.transfer_syntaxes),
        )
        for context in asked.contexts
    )
    return _associate(ASSOCIATE_RQ, asked, contexts, implementation)


def acceptance(
    asked: Request,
    answers: tuple[Answered, ...],
    *,
    most_bytes: int,
    implementation: tuple[str, str],
) -> bytes:
    """An A-ASSOCIATE-AC."""
    contexts = b"".join(
        _item(
            0x21,
            bytes((answer.id, 0, answer.result, 0)) + _item(0x40, answer.transfer_syntax.encode()),
        )
        for answer in answers
    )
    echoed = Request(asked.called, asked.calling, (), most_bytes)
    return _associate(ASSOCIATE_AC, echoed, contexts, implementation)


def rejection(reason: tuple[int, int, int]) -> bytes:
    """An A-ASSOCIATE-RJ."""
    return HEAD.pack(ASSOCIATE_RJ, 4) + bytes((0, *reason))


def release(kind: int) -> bytes:
    """An A-RELEASE-RQ or -RP."""
    return HEAD.pack(kind, 4) + bytes(4)


def abort(source: int = 2, reason: int = 0) -> bytes:
    """An A-ABORT; by default the service provider's, for no reason given."""
    return HEAD.pack(ABORT, 4) + bytes((0, 0, source, reason))


def values(body: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """The presentation data values of a P-DATA-TF: context, control bits, bytes. Raises BadPdu."""
    position, end = 0, len(body)
    if not end:
        raise BadPdu("a unit without data")
    while position < end:
        if position + PDV_HEAD.size > end:
            raise BadPdu("a data value is cut off")
        length, context, control = PDV_HEAD.unpack_from(body, position)
        start, position = position + PDV_HEAD.size, position + 4 + length
        if length < 2 or position > end:
            raise BadPdu("a data value is longer than what holds it")
        yield context, control, body[start:position]


def data(context: int, control: int, value: bytes | memoryview) -> bytes:
    """A P-DATA-TF with one value."""
    head = PDV_HEAD.pack(len(value) + 2, context, control)
    return HEAD.pack(DATA, len(value) + PDV_HEAD.size) + head + bytes(value)


def _associate(
    kind: int, asked: Request, contexts: bytes, implementation: tuple[str, str]
) -> bytes:
    user = _item(0x51, struct.pack(">I", asked.most_bytes))
    user += _item(0x52, implementation[0].encode()) + _item(0x55, implementation[1].encode())
    fixed = struct.pack(">HH", 1, 0) + _title(asked.called) + _title(asked.calling) + bytes(32)
    body = fixed + _item(0x10, APPLICATION_CONTEXT.encode()) + contexts + _item(0x50, user)
    return HEAD.pack(kind, len(body)) + body


def _fixed(body: bytes) -> tuple[str, str, bytes]:
    if len(body) < FIXED_BYTES:
        raise BadPdu("the association is cut off")
    (version,) = struct.unpack_from(">H", body)
    if not version & 1:
        raise BadPdu("the protocol version is not known")
    return _text(body[4:20]), _text(body[20:36]), body[FIXED_BYTES:]


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data):
        if position + 4 > len(data):
            raise BadPdu("an item is cut off")
        kind, length = struct.unpack_from(">BxH", data, position)
        value = data[position + 4 : position + 4 + length]
        if len(value) < length:
            raise BadPdu("an item is longer than what holds it")
        yield kind, value
        position += 4 + length


def _proposed(value: bytes) -> Proposed:
    if len(value) < 4:
        raise BadPdu("a presentation context is cut off")
    subs = list(_items(value[4:]))
    abstract = [_uid(inner) for kind, inner in subs if kind == 0x30]
    transfer = tuple(_uid(inner) for kind, inner in subs if kind == 0x40)
    if len(abstract) != 1 or not transfer or value[0] % 2 == 0:
        raise BadPdu("a presentation context names no syntax")
    return Proposed(value[0], abstract[0], transfer)


def _most_bytes(value: bytes) -> int:
    for kind, inner in _items(value):
        if kind == 0x51 and len(inner) == 4:
            return int(struct.unpack(">I", inner)[0])
    return 0


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BxH", kind, len(value)) + value


def _uid(value: bytes) -> str:
    return _text(value[:64])


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace").strip(" \0")


def _title(title: str) -> bytes:
    return title.encode("ascii").ljust(16)
