"""The door for teams' phones in the van's own network: at which address, under whose certificate.

Refuses addresses of the open internet: this door is for a network that the search team brings along.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.store.certificates import Certificates, certificates, is_private

if TYPE_CHECKING:
    from wayhome.app.desk import App

USUAL_PORT = 8743


class Door(Record):
    """Where phones come in: by TLS at `port`; at `port` + 1, in clear, the one page that installs the authority."""

    address: str
    port: int
    certificates: Certificates

    @property
    def url(self) -> str:
        """Of the secure door."""
        return f"https://{_shown(self.address)}:{self.port}/"

    @property
    def trust_url(self) -> str:
        """Of the page that installs the authority."""
        return f"http://{_shown(self.address)}:{self.port + 1}/"

    @property
    def hosts(self) -> frozenset[str]:
        """What a browser may call this machine."""
        return frozenset({_shown(self.address), f"{socket.gethostname().split('.')[0].lower()}.local"})


def phones_door(desk: App, asked: str) -> Door:
    """The door that was asked for as `ADDRESS`, `:PORT`, `ADDRESS:PORT`, or `auto` for the machine's own address.

    Raises
    ------
    InvalidInput
        No address of this machine, one of the open internet, or no port; says what to write.
    """
    asked = "" if asked.strip() == "auto" else asked.strip()
    where, _, number = asked.rpartition(":") if asked.count(":") == 1 or asked.startswith("[") else (asked, "", "")
    if number and not (number.isdigit() and 0 < int(number) < 65535):
        raise InvalidInput(
            f"--phones: {number} is no port; write --phones {where or '192.168.8.2'}:{USUAL_PORT}.", field="phones"
        )
    address = where.strip("[]") or _own_address()
    try:
        private = is_private(address)
    except ValueError:
        raise InvalidInput(
            f'--phones: "{address}" is no address; write numbers such as 192.168.8.2.', field="phones"
        ) from None
    if not private:
        raise InvalidInput(
            f"--phones: {address} is an address of the open internet. Phones come in by the van's own network only, "
            "such as 192.168.8.2.", field="phones",
        )  # fmt: skip
    made = certificates(desk.desk / "certificates", (str(ipaddress.ip_address(address)),), desk.now())
    return Door(address=address, port=int(number or USUAL_PORT), certificates=made)


def _own_address() -> str:
    """The address by which this machine stands in its network; nothing is sent to find it."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("10.255.255.255", 1))
        return str(probe.getsockname()[0])
    except OSError:
        raise InvalidInput(
            "--phones: this machine is in no network. Switch the van's network on, or write its address: --phones 192.168.8.2.",
            field="phones",
        ) from None
    finally:
        probe.close()


def _shown(address: str) -> str:
    return f"[{address}]" if ":" in address else address
