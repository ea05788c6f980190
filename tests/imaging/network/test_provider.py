"""The receiver answers what is right and outlives what is wrong."""

from __future__ import annotations

import struct
import time

import pytest

from imaging.dicom.network import messages, pdu
from imaging.dicom.network.messages import Command
from imaging.dicom.network.provider import Bounds
from tests.imaging.network.listening import MR, QUICK, VERIFICATION, Raw, Shelf, listening

BOTH = pdu.COMMAND | pdu.LAST
ECHO = messages.write(Command(messages.ECHO_RQ, 1, VERIFICATION))
STORE = messages.write(Command(messages.STORE_RQ, 2, MR, "1.2.3.4", has_data=True))


def status(answer: tuple[int, bytes]) -> int:
    kind, body = answer
    assert kind == pdu.DATA
    ((_context, _control, command),) = pdu.values(memoryview(body))
    return messages.parse(bytes(command)).status


def test_an_echo_is_answered() -> None:
    with listening(Shelf()) as port, Raw(port) as peer:
        assert peer.associate() == pdu.ASSOCIATE_AC
        peer.send(pdu.data(1, BOTH, ECHO))
        assert status(peer.answer()) == messages.SUCCESS
        peer.send(pdu.release(pdu.RELEASE_RQ))
        assert peer.answer()[0] == pdu.RELEASE_RP


def test_an_object_is_kept_with_a_file_header_and_then_acknowledged() -> None:
    shelf = Shelf()
    with listening(shelf) as port, Raw(port) as peer:
        peer.associate()
        peer.send(pdu.data(3, BOTH, STORE))
        peer.send(pdu.data(3, 0, b"first ") + pdu.data(3, pdu.LAST, b"second"))
        assert status(peer.answer()) == messages.SUCCESS
    (content,) = shelf.objects
    assert content[128:132] == b"DICM"
    assert content.endswith(b"first second")


def test_a_command_over_several_units_is_one() -> None:
    with listening(Shelf()) as port, Raw(port) as peer:
        peer.associate()
        peer.send(pdu.data(1, pdu.COMMAND, ECHO[:9]) + pdu.data(1, BOTH, ECHO[9:]))
        assert status(peer.answer()) == messages.SUCCESS


def test_a_stranger_is_refused() -> None:
    with listening(Shelf()) as port, Raw(port) as peer:
        assert peer.associate(calling="STRANGER") == pdu.ASSOCIATE_RJ


def test_where_there_is_no_room_the_object_is_refused_and_the_next_one_taken() -> None:
    shelf = Shelf(most=2000)
    with listening(shelf) as port, Raw(port) as peer:
        peer.associate()
        for size, expected in ((5000, messages.OUT_OF_RESOURCES), (10, messages.SUCCESS)):
            peer.send(pdu.data(3, BOTH, STORE) + pdu.data(3, pdu.LAST, bytes(size)))
            assert status(peer.answer()) == expected
    assert len(shelf.objects) == 1


@pytest.mark.parametrize(
    ("instance", "expected"),
    [("../../etc/passwd", messages.BAD_INSTANCE), ("", messages.BAD_INSTANCE)],
)
def test_an_instance_whose_uid_is_none_is_refused(instance: str, expected: int) -> None:
    shelf = Shelf()
    command = messages.write(Command(messages.STORE_RQ, 2, MR, instance, has_data=True))
    with listening(shelf) as port, Raw(port) as peer:
        peer.associate()
        peer.send(pdu.data(3, BOTH, command) + pdu.data(3, pdu.LAST, b"data"))
        assert status(peer.answer()) == expected
    assert not shelf.objects


HOSTILE = {
    "a unit of four gigabytes": struct.pack(">BxI", pdu.DATA, 0xFFFFFFFF),
    "a unit longer than agreed": struct.pack(">BxI", pdu.DATA, QUICK.unit_bytes + 1),
    "a unit without data": struct.pack(">BxI", pdu.DATA, 0),
    "a value longer than its unit": struct.pack(">BxIIBB", pdu.DATA, 6, 1 << 30, 1, 3),
    "a value of no length": struct.pack(">BxIIBB", pdu.DATA, 6, 0, 1, 3),
    "a data set without its command": pdu.data(3, pdu.LAST, b"data"),
    "a context that was not agreed": pdu.data(5, BOTH, ECHO),
    "a command for another context": pdu.data(3, BOTH, ECHO),
    "an endless command": pdu.data(1, pdu.COMMAND, bytes(16000)) * 2,
    "a command that is no command": pdu.data(1, BOTH, b"\xff" * 64),
    "a command without its kind": pdu.data(1, BOTH, struct.pack("<HHII", 0, 0, 4, 0)),
    "a command within a data set": pdu.data(3, BOTH, STORE) + pdu.data(3, BOTH, STORE),
    "an object larger than it may be": pdu.data(3, BOTH, STORE) + pdu.data(3, 0, bytes(16000)) * 7,
    "a second request": pdu.HEAD.pack(pdu.ASSOCIATE_RQ, 4) + bytes(4),
    "a unit of no known type": pdu.HEAD.pack(99, 4) + bytes(4),
    "a query": pdu.data(1, BOTH, messages.write(Command(0x0020, 1, VERIFICATION))),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_breaks_the_rules_ends_the_association_and_nothing_else(content: bytes) -> None:
    shelf = Shelf()
    with listening(shelf) as port:
        with Raw(port) as peer:
            peer.associate()
            peer.send(content)
            assert peer.answer()[0] in (pdu.ABORT, 0)
        with Raw(port) as next_one:
            assert next_one.associate() == pdu.ASSOCIATE_AC
    assert not shelf.objects
    assert shelf.left == 2


NO_REQUESTS = {
    "a web browser": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a request of a gigabyte": struct.pack(">BxI", pdu.ASSOCIATE_RQ, 1 << 30),
    "a request cut off": pdu.HEAD.pack(pdu.ASSOCIATE_RQ, 10) + bytes(10),
    "a request of another version": pdu.HEAD.pack(pdu.ASSOCIATE_RQ, 80) + bytes(80),
    "a request without contexts": pdu.request(
        pdu.Request("STUDYSITE", "PEER", ()), implementation=("1", "A")
    ),
    "one context twice": pdu.request(
        pdu.Request("STUDYSITE", "PEER", (pdu.Proposed(1, MR, ("1.2",)),) * 2),
        implementation=("1", "A"),
    ),
}


@pytest.mark.parametrize("content", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_is_not_listened_to(content: bytes) -> None:
    with listening(Shelf()) as port, Raw(port) as peer:
        peer.send(content)
        assert peer.answer()[0] in (pdu.ABORT, 0)


def test_who_drips_a_byte_at_a_time_is_not_waited_for() -> None:
    with listening(Shelf()) as port, Raw(port) as peer:
        begun = time.monotonic()
        whole = pdu.request(pdu.Request("A", "B", ()), implementation=("1", "A"))
        try:
            for byte in whole:
                peer.send(bytes((byte,)))
                time.sleep(0.05)
        except OSError:
            pass
        assert peer.answer()[0] in (pdu.ABORT, 0)
        assert time.monotonic() - begun < 3


def test_who_says_nothing_is_not_waited_for() -> None:
    with listening(Shelf()) as port, Raw(port) as peer:
        peer.associate()
        assert peer.answer()[0] == pdu.ABORT


def test_more_associations_than_there_is_room_for_are_told_to_come_later() -> None:
    bounds = Bounds(idle_s=5)
    with listening(Shelf(), bounds, most=1) as port:
        with Raw(port) as first:
            assert first.associate() == pdu.ASSOCIATE_AC
            with Raw(port) as second:
                assert second.associate() == pdu.ASSOCIATE_RJ
        time.sleep(0.1)
        with Raw(port) as third:
            assert third.associate() == pdu.ASSOCIATE_AC


def test_what_nobody_stores_is_not_agreed() -> None:
    find = "1.2.840.10008.5.1.4.1.2.1.1"
    asked = pdu.Request("STUDYSITE", "PEER", (pdu.Proposed(1, find, ("1.2.840.10008.1.2",)),))
    with listening(Shelf()) as port, Raw(port) as peer:
        peer.send(pdu.request(asked, implementation=("1", "A")))
        kind, body = peer.answer()
    assert kind == pdu.ASSOCIATE_AC
    assert [answer.result for answer in pdu.parse_acceptance(body).answers] == [
        pdu.NO_ABSTRACT_SYNTAX
    ]
