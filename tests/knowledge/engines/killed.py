"""A process of its own beside the tests: writes until it is killed, or reads until there are twenty chunks."""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from tests.knowledge.made import VECTORS, document, entry

from vouch.contracts.index import Change, Scope
from vouch.knowledge.engines.edge.engine import EdgeEngine


async def write(folder: str) -> None:
    engine = EdgeEngine(folder, least=4)
    for number in count():
        # Every version holds exactly the three documents of its number, and says so in each.
        documents = [document(f"{each}.md", f"Number{number} stands in {each}.", "Lamps.") for each in "abc"]
        await engine.write(Change([entry(each) for each in documents], embedder=VECTORS.fingerprint))
        print(number, flush=True)


async def read(folder: str) -> None:
    engine = EdgeEngine(folder, least=4)
    seen = 0
    while seen < 20:
        index = await engine.snapshot()
        assert index is not None
        found = await index.nearest(VECTORS.encode(["Lamp. Bulb. Chair. Table."])[0], 50, scope=Scope())
        seen = len(found)
        print(seen)


if __name__ == "__main__":
    asyncio.run(read(sys.argv[1]) if sys.argv[2:] else write(sys.argv[1]))
