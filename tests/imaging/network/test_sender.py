"""Sending by C-STORE: what comes out at the other side, and other sides that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
import pytest

from imaging.dicom.errors import DicomRefused
from imaging.dicom.network import messages, pdu
from imaging.dicom.network.messages import SUCCESS, VERIFICATION, Command
from imaging.dicom.network.sender import Node, Parcel, Patience, Sending
from imaging.dicom.part10 import data_set
from tests.imaging.network.dcmtk import needs_dcmtk, sink
from tests.imaging.network.listening import MR, NAME, Shelf, listening
from tests.imaging.scans import write_scan

SOON = Patience(connect_s=0.5, answer_s=0.3, unit_s=0.3)
SEG = "1.2.840.10008.5.1.4.1.1.66.4"


def node(port: int, *, calling: str = "PEER") -> Node:
    return Node("127.0.0.1", port, "STUDYSITE", calling, NAME.implementation)


def parcel(path: Path) -> Parcel:
    content = path.read_bytes()
    uid = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
    return Parcel(MR, uid, content)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_scan(tmp_path / "scan", "H000001")[0]


def test_what_was_sent_arrives_to_the_byte(file: Path) -> None:
    shelf = Shelf()
    with listening(shelf) as port, Sending(node(port), [MR, VERIFICATION]) as sending:
        assert sending.echo() == SUCCESS
        assert sending.store(parcel(file)) == SUCCESS
        assert sending.store(parcel(file)) == SUCCESS
    one, other = shelf.objects
    assert one == other
    assert bytes(data_set(one)) == bytes(data_set(file.read_bytes()))


@needs_dcmtk
@pytest.mark.parametrize("option", ["--prefer-little", "--implicit", "--max-pdu=4096"])
def test_dcmtk_takes_it_in_whatever_encoding_it_reads(
    file: Path, tmp_path: Path, option: str
) -> None:
    with sink(tmp_path / "sink", *option.split("=")) as port:
        with Sending(node(port), [MR]) as sending:
            assert sending.store(parcel(file)) == SUCCESS
        (kept,) = (tmp_path / "sink").iterdir()
        there = pydicom.dcmread(kept)
    sent = pydicom.dcmread(file)
    assert there.file_meta.TransferSyntaxUID.is_implicit_VR == (option == "--implicit")
    assert there.PixelData == sent.PixelData
    # The same elements with the same values, however they are written.
    assert [(e.tag, e.value) for e in there] == [(e.tag, e.value) for e in sent]


def test_a_kind_that_the_other_side_does_not_take_is_known_before(file: Path) -> None:
    with listening(Shelf()) as port, Sending(node(port), [MR, "1.2.3"]) as sending:
        assert sending.takes(MR)
        assert not sending.takes("1.2.3")


def test_a_full_archive_says_so_and_the_next_object_is_still_sent(file: Path) -> None:
    shelf = Shelf(most=100)
    with listening(shelf) as port, Sending(node(port), [MR]) as sending:
        assert sending.store(parcel(file)) == messages.OUT_OF_RESOURCES
        assert sending.store(parcel(file)) == messages.OUT_OF_RESOURCES


def test_who_is_not_known_is_told_so() -> None:
    with listening(Shelf()) as port, pytest.raises(DicomRefused, match="have it listed"):
        Sending(node(port, calling="NOBODY"), [MR])


def test_where_nobody_listens_nobody_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DicomRefused) as refusal:
            Sending(node(taken.getsockname()[1]), [MR], SOON)
    assert refusal.value.code == "unreachable"


@contextmanager
def answering(answers: Callable[[socket.socket], None]) -> Iterator[int]:
    """Somebody who takes one call, and then does as told."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def serve() -> None:
            connection, _address = listener.accept()
            with connection:
                answers(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def accept(connection: socket.socket, *, most: int = 0, ids: tuple[int, ...] = (1,)) -> None:
    """Agree to what was asked for."""
    connection.recv(1 << 16)
    answers = tuple(pdu.Answered(number, 0, "1.2.840.10008.1.2.1") for number in ids)
    asked = pdu.Request("STUDYSITE", "PEER", ())
    connection.sendall(
        pdu.acceptance(asked, answers, most_bytes=most, implementation=NAME.implementation)
    )


def says(content: bytes) -> Callable[[socket.socket], None]:
    def answers(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.sendall(content)

    return answers


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "nonsense"),
        (pdu.HEAD.pack(2, 0xFFFFFFFF), "nonsense"),
        (pdu.HEAD.pack(2, 3) + b"abc", "nonsense"),
        (pdu.abort(), "no_dicom"),
        (pdu.rejection(pdu.TOO_BUSY), "not_welcome"),
        (b"", "gone"),
    ],
)
def test_whoever_speaks_no_dicom_is_refused_in_a_sentence(content: bytes, code: str) -> None:
    with answering(says(content)) as port, pytest.raises(DicomRefused) as refusal:
        Sending(node(port), [MR], SOON)
    assert refusal.value.code == code


def test_contexts_that_were_never_proposed_are_not_used() -> None:
    def answers(connection: socket.socket) -> None:
        accept(connection, ids=(1, 3, 255))
        connection.recv(1 << 16)

    with answering(answers) as port, Sending(node(port), [MR], SOON) as sending:
        assert sending.takes(MR)
        assert not sending.takes(SEG)


def after(reply: bytes) -> Callable[[socket.socket], None]:
    """Agree, take an object, and answer this."""

    def answers(connection: socket.socket) -> None:
        accept(connection)
        connection.settimeout(0.2)
        try:
            while connection.recv(1 << 16):
                pass
        except TimeoutError:
            connection.sendall(reply)

    return answers


def response(**more: int) -> bytes:
    values = {"kind": messages.STORE_RSP, "message": 1, "status": 0} | more
    return pdu.data(1, pdu.COMMAND | pdu.LAST, messages.write(Command(**values)))


PIECE = pdu.data(1, pdu.COMMAND, bytes(60_000))


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (pdu.abort(), "gone"),
        (pdu.release(pdu.RELEASE_RQ), "nonsense"),
        (response(message=9), "nonsense"),
        (response(kind=messages.ECHO_RSP), "nonsense"),
        (pdu.data(3, pdu.COMMAND | pdu.LAST, b""), "nonsense"),
        (pdu.data(1, pdu.LAST, bytes(10)), "nonsense"),
        (3 * PIECE, "nonsense"),
    ],
)
def test_an_answer_that_is_none_ends_the_sending(file: Path, reply: bytes, code: str) -> None:
    with answering(after(reply)) as port, Sending(node(port), [MR], SOON) as sending:
        with pytest.raises(DicomRefused) as refusal:
            sending.store(parcel(file))
        assert refusal.value.code == code


def test_a_unit_is_never_longer_than_the_other_side_takes(file: Path) -> None:
    seen: list[int] = []

    def answers(connection: socket.socket) -> None:
        accept(connection, most=2048)
        connection.settimeout(0.3)
        stream = connection.makefile("rb")
        try:
            while head := stream.read(6):
                length = pdu.HEAD.unpack(head)[1]
                seen.append(length)
                stream.read(length)
        except TimeoutError:
            return

    with (
        answering(answers) as port,
        Sending(node(port), [MR], SOON) as sending,
        pytest.raises(DicomRefused),
    ):
        sending.store(parcel(file))
    assert max(seen) == 2048
