"""The desk's own certificate authority, for phones in the van's network: made once, kept on this machine, good for nothing else.

The authority may vouch for private addresses and names ending in .local only, so that a phone that trusts it is no
easier to deceive about any other site. Knows nothing of who connects.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from wayhome.base.record import Record

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

AUTHORITY_DAYS = 5 * 365
SERVER_DAYS = 397  # the longest that phones accept; CA/Browser Forum baseline requirements 6.3.2 (before 2026-03-15)
RENEW_DAYS = 30
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10")


class Certificates(Record):
    """Paths of the server's chain and key, and the authority that phones install."""

    chain: Path
    key: Path
    authority_der: bytes
    fingerprint: str
    """SHA-256 of the authority in groups of four hex digits, to be compared by eye."""


def certificates(folder: Path, addresses: tuple[str, ...], at: datetime) -> Certificates:
    """The certificates of a desk for some private addresses; made, or made anew, where they are missing or run out.

    `addresses` are IP addresses in text. The machine's own name with .local is always in it.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    folder.mkdir(parents=True, exist_ok=True)
    authority, key = _authority(folder, at)
    names = (f"{_host()}.local", "localhost")
    held = _read(folder / "server.pem")
    if held is None or not _serves(held, addresses, names, at) or held.issuer != authority.subject:
        _make_server(folder, authority, key, addresses, names, at)
    digits = authority.fingerprint(hashes.SHA256()).hex().upper()
    return Certificates(
        chain=folder / "server.pem", key=folder / "server.key", authority_der=authority.public_bytes(Encoding.DER),
        fingerprint=" ".join(digits[i : i + 4] for i in range(0, len(digits), 4)),
    )  # fmt: skip


def is_private(address: str) -> bool:
    """Whether an address may be vouched for."""
    ip = ipaddress.ip_address(address)
    return any(ip in ipaddress.ip_network(net) for net in PRIVATE if ipaddress.ip_network(net).version == ip.version)


def _host() -> str:
    name = socket.gethostname().split(".")[0].lower()
    return "".join(c for c in name if c.isalnum() or c == "-").strip("-") or "wayhome"


def _authority(folder: Path, at: datetime) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
    from cryptography.x509.oid import NameOID

    held = _read(folder / "authority.pem")
    if held is not None and held.not_valid_after_utc > at + timedelta(days=SERVER_DAYS):
        loaded = load_pem_private_key((folder / "authority.key").read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        return held, loaded
    key = ec.generate_private_key(ec.SECP256R1())
    # the number tells authorities of two desks, or of one that was made anew, apart
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"Wayhome desk {_host()} {x509.random_serial_number() % 10**6:06d}")]
    )
    permitted: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_network(net)) for net in PRIVATE]
    permitted += [x509.DNSName("local"), x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    _write_key(folder / "authority.key", key)
    _write(folder / "authority.pem", made.public_bytes(Encoding.PEM), 0o644)
    return made, key


def _make_server(
    folder: Path, authority: x509.Certificate, signer: EllipticCurvePrivateKey, addresses: tuple[str, ...],
    names: tuple[str, ...], at: datetime,
) -> None:  # fmt: skip
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    shown: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address(a)) for a in addresses]
    shown += [x509.DNSName(n) for n in names]
    made = (
        x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]))
        .issuer_name(authority.subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=SERVER_DAYS - 1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(shown), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )  # fmt: skip
    _write_key(folder / "server.key", key)
    _write(folder / "server.pem", made.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM), 0o644)


def _serves(held: x509.Certificate, addresses: tuple[str, ...], names: tuple[str, ...], at: datetime) -> bool:
    from cryptography import x509

    if held.not_valid_after_utc < at + timedelta(days=RENEW_DAYS):
        return False
    shown = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    there = {str(ip) for ip in shown.get_values_for_type(x509.IPAddress)} | set(shown.get_values_for_type(x509.DNSName))
    return {*addresses, *names} <= there


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _read(path: Path) -> x509.Certificate | None:
    from cryptography import x509

    return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else None


def _write_key(path: Path, key: EllipticCurvePrivateKey) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)


def _write(path: Path, content: bytes, mode: int) -> None:
    new = path.with_suffix(path.suffix + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(new, path)
