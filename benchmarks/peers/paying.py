"""What every victim does alike: read its arguments, and pay for an order at the receiver, dying of it when it is told.

It does not know Vouch, nor any peer.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import urllib.request
from typing import NamedTuple

CALLS = 5
END = "All paid."


class Life(NamedTuple):
    """Where the receiver and the checkpoints are, at which order to die (-1: never), and how the calls are made.

    `durability` is how eagerly the peer writes checkpoints, where it lets one choose.
    """

    address: str
    journal: str
    at: int
    parallel: bool
    durability: str


def life() -> Life:
    """As the command line says."""
    options = argparse.ArgumentParser()
    options.add_argument("--address", required=True)
    options.add_argument("--journal", required=True)
    options.add_argument("--at", type=int, default=-1)
    options.add_argument("--parallel", action="store_true")
    options.add_argument("--durability", default="")
    return Life(**vars(options.parse_args()))


def pay(given: Life, order: str) -> str:
    """Pay, and be killed just after the payment where it is this order's turn."""
    request = urllib.request.Request(f"{given.address}/effects", json.dumps({"order": order}).encode())
    with urllib.request.urlopen(request, timeout=10) as response:
        paid = response.read().decode()
    if order == f"order-{given.at}":
        os.kill(os.getpid(), signal.SIGKILL)
    return paid
