"""What goes wrong with a stand-in's answers, and when.

It does not know how a fault is played out on the wire.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal

from msgspec import Struct

FaultKind = Literal[
    "rate_limited",
    "quota",
    "error",
    "unavailable",
    "unauthorized",
    "too_long",
    "filtered",
    "silent",
    "cut",
    "malformed",
    "empty",
    "slow",
]
"""`rate_limited` 429 with Retry-After; `quota` 429 without money; `error` 500; `unavailable` 503; `unauthorized` 401;
`too_long` 400, over the context; `filtered` 400 by the content policy; `silent` no answer, ever; `cut` the connection
closes in the middle; `malformed` broken JSON; `empty` 200 and nothing; `slow` a pause before every piece."""


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that goes wrong: at the requests numbered in `at` (from 0), and at a `share` of all, drawn by `seed`.

    `retry_after` and `pause` are in seconds; a stream is cut after `after` events, a whole body in its middle.
    """

    kind: FaultKind
    at: tuple[int, ...] = ()
    share: float = 0.0
    seed: int = 0
    retry_after: float = 1.0
    after: int = 2
    pause: float = 0.05

    def strikes(self, number: int) -> bool:
        """Whether the request of this number is hit; the same in every run, in whichever order requests arrive."""
        if number in self.at:
            return True
        if self.share <= 0.0:
            return False
        drawn = blake2b(f"{self.kind}:{self.seed}:{number}".encode(), digest_size=8).digest()
        return int.from_bytes(drawn, "big") < self.share * 2**64


def first_to_strike(faults: Sequence[Fault], number: int) -> Fault | None:
    """The fault that hits the request of this number; the first listed wins."""
    return next((fault for fault in faults if fault.strikes(number)), None)
