"""The receiver with TLS: who shows a certificate of the study's authority is heard, nobody else."""

from __future__ import annotations

import datetime
import os
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from imaging.dicom.network.listener import encryption
from tests.imaging.network.dcmtk import needs_dcmtk
from tests.imaging.network.listening import QUICK, Raw, Shelf, listening
from tests.imaging.scans import write_scan

PATIENT = ("127.0.0.1", "-aet", "PEER", "-aec", "STUDYSITE")
PATIENTLY = replace(QUICK, object_bytes=1 << 20, request_s=5, idle_s=5, unit_s=5)


@dataclass(frozen=True)
class Papers:
    """A certificate and its key, on the disk."""

    certificate: Path
    key: Path


def issue(folder: Path, name: str, issuer: Papers | None = None) -> Papers:
    """A certificate by an authority; by itself, one of an authority."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by, signing = subject, key
    if issuer:
        by = x509.load_pem_x509_certificate(issuer.certificate.read_bytes()).subject
        loaded = serialization.load_pem_private_key(issuer.key.read_bytes(), None)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        signing = loaded
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder(by, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .sign(signing, hashes.SHA256())
    )
    papers = Papers(folder / f"{name}.pem", folder / f"{name}.key")
    papers.certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    papers.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return papers


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Papers]:
    """Of the study's authority: the receiver and the scanner. A stranger vouches for itself."""
    folder = tmp_path_factory.mktemp("papers")
    authority = issue(folder, "authority")
    named = {name: issue(folder, name, authority) for name in ("receiver", "scanner")}
    return {"authority": authority, "stranger": issue(folder, "stranger"), **named}


@pytest.fixture
def port(papers: dict[str, Papers], shelf: Shelf) -> Iterator[int]:
    """A receiver that asks its peers for a certificate."""
    receiver, authority = papers["receiver"], papers["authority"]
    tls = encryption(str(receiver.certificate), str(receiver.key), str(authority.certificate))
    with listening(shelf, PATIENTLY, tls=tls) as number:
        yield number


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def send(port: int, file: Path, mine: Papers, authority: Papers) -> int:
    """One file by dcmtk, with its certificate; the exit code."""
    tls = ["+tls", mine.key, mine.certificate, "+cf", authority.certificate]
    address, *titles = PATIENT
    sent = subprocess.run(
        ["storescu", *tls, *titles, address, str(port), file],
        capture_output=True,
        timeout=60,
        env={**os.environ, "TCP_NODELAY": "1"},
    )
    return sent.returncode


@needs_dcmtk
def test_a_scanner_of_the_authority_sends_by_tls(
    port: int, shelf: Shelf, papers: dict[str, Papers], tmp_path: Path
) -> None:
    file = write_scan(tmp_path, "H000001")[0]
    assert send(port, file, papers["scanner"], papers["authority"]) == 0
    assert len(shelf.objects) == 1


@needs_dcmtk
def test_a_stranger_sends_nothing(
    port: int, shelf: Shelf, papers: dict[str, Papers], tmp_path: Path
) -> None:
    file = write_scan(tmp_path, "H000001")[0]
    assert send(port, file, papers["stranger"], papers["authority"]) != 0
    assert shelf.objects == []


def test_who_speaks_no_tls_is_not_heard_and_the_next_one_is(
    port: int, shelf: Shelf, papers: dict[str, Papers]
) -> None:
    with Raw(port) as plain:
        assert plain.associate() not in (2, 3)
    context = ssl.create_default_context(cafile=str(papers["authority"].certificate))
    context.check_hostname = False
    context.load_cert_chain(papers["scanner"].certificate, papers["scanner"].key)
    with Raw(port) as peer:
        peer.socket = context.wrap_socket(peer.socket)
        assert peer.associate() == 2


def test_an_older_tls_is_refused(port: int, papers: dict[str, Papers]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(papers["scanner"].certificate, papers["scanner"].key)
    with pytest.deprecated_call():
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Raw(port) as peer, pytest.raises(ssl.SSLError):
        context.wrap_socket(peer.socket)
