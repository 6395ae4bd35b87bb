"""A connection to a server that is on the public internet, so that no address of a page leads to inner machines.

It does not know what is asked there.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from typing import Any, Final

from vouch.knowledge.reading.limits import Unreadable

_INNER: Final = tuple(
    ipaddress.ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""IPv6 addresses that stand for IPv4 ones; servers have others too."""

Address = tuple[socket.AddressFamily, Any]


def public_addresses(host: str, port: int, *, allowed: Collection[str] = ()) -> list[Address]:
    """The addresses of a host, asked for once: what is connected to is what was checked.

    All must be public, unless `host` or `host:port` is among the `allowed`. Raises `Unreadable`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreadable(f"the host {host!r} has no address: {error}") from error
    addresses: list[Address] = [(family, address) for family, _, _, _, address in found]
    if host in allowed or f"{host}:{port}" in allowed:
        return addresses
    for _, address in addresses:
        if not is_public(str(address[0])):
            raise Unreadable(
                f"{host!r} is {address[0]}, which is no public address; if it is a server of yours, name it in "
                f"Web(allowed={{{host!r}}})"
            )
    return addresses


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet, also when it is written within another."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif any(address in network for network in _INNER):
            return False
    return address.is_global and not address.is_multicast


def connected(addresses: list[Address], seconds: float) -> socket.socket:
    """A connection to the first of `addresses` that answers; raises `OSError` with the last reason."""
    reason: OSError = OSError("it has no address")
    for family, address in addresses:
        plug = socket.socket(family, socket.SOCK_STREAM)
        plug.settimeout(seconds / len(addresses))
        try:
            plug.connect(address)
        except OSError as error:
            plug.close()
            reason = error
        else:
            plug.settimeout(seconds)
            return plug
    raise reason
