"""Connections only to the public internet."""

from __future__ import annotations

import socket

import pytest

from vouch.knowledge.reading.dialing import connected, is_public, public_addresses
from vouch.knowledge.reading.limits import Unreadable

INNER = [
    *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "198.18.0.1", "192.0.2.1"),
]


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_others_are(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "127.1", "::1"])
def test_names_and_spellings_of_inner_machines_are_refused(host):
    with pytest.raises(Unreadable, match=r"(which is no public address; if it is a server of yours|has no address)"):
        public_addresses(host, 80)


def test_what_is_allowed_by_name_is_not_checked():
    assert public_addresses("127.0.0.1", 81, allowed={"127.0.0.1"})
    assert public_addresses("127.0.0.1", 81, allowed={"127.0.0.1:81"})
    with pytest.raises(Unreadable):
        public_addresses("127.0.0.1", 80, allowed={"127.0.0.1:81"})


def test_a_host_without_an_address_is_refused():
    for host in ("nowhere.invalid", "a" * 70 + ".invalid", "a..b"):
        with pytest.raises(Unreadable, match="has no address"):
            public_addresses(host, 80)


def test_the_first_address_that_answers_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = (socket.AF_INET, server.getsockname())
        closed = socket.create_server(("127.0.0.1", 0))
        nobody = (socket.AF_INET, closed.getsockname())
        closed.close()
        connected([nobody, here], 5).close()
    with pytest.raises(ConnectionRefusedError):
        connected([nobody], 5)
    with pytest.raises(OSError, match="it has no address"):
        connected([], 5)
