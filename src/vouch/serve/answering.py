"""The promise of whoever has requests answered: by asking upstreams, or by wrapping another who does.

It does not know how an answer is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vouch.serve.exchange import Exchange
from vouch.serve.outlet import Outlet
from vouch.serve.upstream import Upstream


class Answering(Protocol):
    """Has one exchange answered."""

    async def answer(self, exchange: Exchange, upstreams: Sequence[Upstream], outlet: Outlet) -> None:
        """Have it answered by one of `upstreams`, and hand the answer to `outlet`.

        Raises `Failure`, a `ModelError` or `RequestRefused` where there is none.
        """
        ...
