"""A provider that stands in for a judge: every answer is the same good mark, with log-probabilities where asked for.

It does not know who asks. The first line of output is its address; it serves until it is ended.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from vouch.testing.completion import text_of
from vouch.testing.provider import StandIn

SAID = '{"reason": "It names the rule, and one reason of two.", "score": 4}'
GRADED = "It names the rule, and one reason of two. GRADE: C"


def reply(body: dict[str, Any]) -> str:
    """What a judge says: a score as JSON, or a grade to those who ask for one (Inspect)."""
    return GRADED if any("GRADE:" in text_of(message) for message in body["messages"]) else SAID


async def serve(latency: float) -> None:
    """Serve until cancelled."""
    async with StandIn(reply=reply, latency=latency, record=False) as provider:
        sys.stdout.write(f"{provider.address}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Serve with the latency that is given."""
    options = argparse.ArgumentParser()
    options.add_argument("--latency", type=float, default=0.0)
    asyncio.run(serve(options.parse_args().latency))


if __name__ == "__main__":
    main()
