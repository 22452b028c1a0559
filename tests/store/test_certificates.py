"""The desk's own authority: who trusts it comes in, it vouches for nothing but private addresses, and it renews itself."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from wayhome.store.certificates import Certificates, certificates, is_private

NOW = datetime.now(UTC)


def shaken(chain: Path, key: Path, trusted: bytes | None, name: str) -> str:
    """What a client that trusts an authority says to a server of 127.0.0.1: its TLS version, or why not."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain, key)
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        sock, _ = listening.accept()
        try:
            with serving.wrap_socket(sock, server_side=True) as secure:
                secure.recv(1)
        except OSError:
            pass

    thread = threading.Thread(target=answer)
    thread.start()
    client = ssl.create_default_context(cadata=trusted) if trusted else ssl.create_default_context()
    try:
        with (
            socket.create_connection(listening.getsockname()) as raw,
            client.wrap_socket(raw, server_hostname=name) as secure,
        ):
            return secure.version() or ""
    except ssl.SSLCertVerificationError as refusal:
        return str(refusal.verify_message)
    finally:
        thread.join()
        listening.close()


@pytest.fixture
def made(tmp_path: Path) -> Certificates:
    """Certificates of a desk on this machine."""
    return certificates(tmp_path / "certificates", ("127.0.0.1",), NOW)


def test_who_trusts_the_authority_comes_in_and_others_do_not(made: Certificates) -> None:
    assert shaken(made.chain, made.key, made.authority_der, "127.0.0.1").startswith("TLSv1.")
    assert "self-signed" in shaken(made.chain, made.key, None, "127.0.0.1")
    assert "IP address mismatch" in shaken(made.chain, made.key, made.authority_der, "127.0.0.2")


def test_the_authority_cannot_vouch_for_another_site(made: Certificates, tmp_path: Path) -> None:
    """Somebody who stole the key makes a certificate for a site of the internet; a phone refuses it."""
    authority = x509.load_der_x509_certificate(made.authority_der)
    signer = load_pem_private_key((made.chain.parent / "authority.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    for name in ("bank.example.com", "8.8.8.8"):
        shown: x509.GeneralName = (
            x509.DNSName(name) if name[0].isalpha() else x509.IPAddress(__import__("ipaddress").ip_address(name))
        )
        forged = (
            x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(authority.subject).public_key(key.public_key())
            .serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=9))
            .add_extension(x509.SubjectAlternativeName([shown]), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False).sign(signer, hashes.SHA256())
        )  # fmt: skip
        chain, secret = tmp_path / "forged.pem", tmp_path / "forged.key"
        chain.write_bytes(forged.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM))
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        assert "permitted subtree violation" in shaken(chain, secret, made.authority_der, name)


def test_keys_are_for_their_owner_alone(made: Certificates) -> None:
    for name in ("authority.key", "server.key"):
        assert stat.S_IMODE((made.chain.parent / name).stat().st_mode) == 0o600


def test_it_stays_until_it_must_change(made: Certificates) -> None:
    folder = made.chain.parent
    first = made.chain.read_bytes()
    assert certificates(folder, ("127.0.0.1",), NOW + timedelta(days=300)).fingerprint == made.fingerprint
    assert made.chain.read_bytes() == first
    moved = certificates(folder, ("192.168.8.2",), NOW)  # another network: a new certificate, the same authority
    assert moved.fingerprint == made.fingerprint
    assert made.chain.read_bytes() != first
    later = NOW + timedelta(days=380)
    certificates(folder, ("192.168.8.2",), later)
    assert x509.load_pem_x509_certificate(made.chain.read_bytes()).not_valid_after_utc > later + timedelta(days=300)
    # an authority that runs out before its next certificate would is made anew
    assert certificates(folder, ("192.168.8.2",), NOW + timedelta(days=4.5 * 365)).fingerprint != made.fingerprint


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("192.168.1.5", True),
        ("10.0.0.1", True),
        ("172.31.2.3", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("fd00::1", True),
        ("2001:db8::1", False),
    ],
)
def test_what_is_private(address: str, private: bool) -> None:
    assert is_private(address) is private
