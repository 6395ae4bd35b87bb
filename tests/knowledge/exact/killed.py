"""A writer that is made to be killed: writes version after version, and says so; run as a process of its own."""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from tests.knowledge.made import VECTORS, document, entry

from vouch.contracts.index import Change
from vouch.knowledge.exact.engine import ExactEngine


async def write(folder: str) -> None:
    engine = ExactEngine(folder)
    for number in count():
        # Every version holds exactly the three documents of its number, and says so in each.
        documents = [document(f"{each}.md", f"Number{number} stands in {each}.", "Lamps.") for each in "abc"]
        await engine.write(Change([entry(each) for each in documents], embedder=VECTORS.fingerprint))
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1]))
