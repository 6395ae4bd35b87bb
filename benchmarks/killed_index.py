"""Builds and refreshes of an index that are killed at random instants: does the live version answer, and do they go on?

It does not know how an index is kept. A process brings the index of a folder up to date and is killed after a random
time, with kill -9; the embedder takes a millisecond a batch, and writes down what it was asked. After each kill another
engine opens the index: every document must be that of the same generation, the last that was acknowledged or the next.
Then the work is done again without a kill, and what it embeds is counted: what was durable must not be embedded twice.

    python -m benchmarks.killed_index [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import emit, spread
from vouch.contracts.index import Scope
from vouch.knowledge.knowledge import Knowledge

GOALS: Final = {"wrong_after_kill": "0", "not_resumed": "0", "embedded_twice_share": "<= 0.05"}
DOCUMENTS: Final = 400
BATCH: Final = 64
_SLOW: Final = 0.001
_TRIES: Final = 3
"""Now and then the work is done before the kill: so many times as often it is tried, at most."""
_OWNER: Final = Scope(access=None)


class Slow:
    """Vectors by words; writes how many texts each batch had into a file, before it gives them."""

    name = fingerprint = "test/slow"
    dimensions = 32

    def __init__(self, log: Path) -> None:
        self._log = log

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors."""
        await asyncio.sleep(_SLOW)
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.split():
                row[crc32(word.encode()) % self.dimensions] += 1
        with self._log.open("a") as file:
            file.write(f"{len(texts)}\n")
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


class Seen(NamedTuple):
    """What one kill left: the generations that the index shows, and how much was embedded until all was done."""

    generations: frozenset[str]
    documents: int
    embedded: int
    finished: bool
    done: bool
    new: int


def knowledge(folder: Path, log: Path) -> Knowledge:
    """The documents of `folder`."""
    return Knowledge("d/*.md", root=folder, embedder=Slow(log), refresh=False)


def write(folder: Path, generation: int, part: int) -> int:
    """Write the documents: a `part` of them anew, all in a folder of that generation's name; gives how many."""
    (folder / "d").mkdir(exist_ok=True)
    for number in range(DOCUMENTS):
        # The first line changes in all of them, so that each says its generation; a part has other words, too.
        words = generation if number < part else 0
        text = f"Generation{generation} stands here.\n\nDocument {number} says words{words} of number{number}.\n"
        (folder / "d" / f"{number}.md").write_text(text)
    return DOCUMENTS


def work(folder: Path, log: Path) -> None:
    """Bring the index up to date; in a process of its own."""
    asyncio.run(knowledge(folder, log).refresh())


def killed(folder: Path, log: Path, seconds: float) -> bool:
    """Whether the work was done before the kill."""
    context = multiprocessing.get_context("forkserver")
    # Loaded once: a child then begins its work at once, and can be killed at any instant of it.
    context.set_forkserver_preload(["vouch.knowledge.knowledge"])
    child = context.Process(target=work, args=(folder, log))
    child.start()
    child.join(seconds)
    finished = not child.is_alive()
    if child.pid is not None and not finished:
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    return finished and child.exitcode == 0


async def shown(folder: Path, log: Path) -> tuple[frozenset[str], int]:
    """The generations that the live version's documents say, and how many documents there are."""
    index = await knowledge(folder, log).engine.snapshot()
    if index is None:
        return frozenset(), 0
    found = await index.keyword("stands here", DOCUMENTS * 2, scope=_OWNER)
    chunks = await index.chunks([each.id for each in found])
    words = frozenset(chunk.text.split()[0] for chunk in chunks)
    nearest = await index.nearest(np.full(Slow.dimensions, 0.1, np.float32), 5, scope=_OWNER)
    return (words if len(nearest) == 5 else words | {"nothing near"}), len({chunk.document for chunk in chunks})


def one(folder: Path, generation: int, seconds: float) -> Seen:
    """One generation: written, brought up to date until the kill, looked at, and brought to its end."""
    log = folder / "log"
    new = write(folder, generation, DOCUMENTS // 4)
    log.write_text("")
    finished = killed(folder, log, seconds)
    generations, documents = asyncio.run(shown(folder, log))
    work(folder, log)
    last, count = asyncio.run(shown(folder, log))
    embedded = sum(map(int, log.read_text().split()))
    done = last == frozenset((f"Generation{generation}",)) and count == DOCUMENTS
    return Seen(generations, documents, embedded, finished, done, new)


def is_right(seen: Seen, generation: int) -> bool:
    """Whether what answers after the kill is whole, and the last generation or the next."""
    if not seen.generations:
        return generation == 1 and not seen.finished
    allowed = {f"Generation{generation}", *([] if seen.finished else [f"Generation{generation - 1}"])}
    return len(seen.generations) == 1 and seen.generations <= allowed and seen.documents == DOCUMENTS


def run(kills: int, *, seed: int = 7) -> tuple[list[Seen], dict[str, float]]:
    """So many kills that came in time, of builds in a new folder every fourth time and of refreshes else."""
    chance = random.Random(seed)
    seen: list[Seen] = []
    figures = {"kills": 0.0, "before_a_version": 0.0, "wrong_after_kill": 0.0, "not_resumed": 0.0}
    with tempfile.TemporaryDirectory() as place:
        span, generation, folder = _span(Path(place)), 0, Path(place)
        for number in range(_TRIES * kills):
            if figures["kills"] == kills:
                break
            if number % 4 == 0:
                folder, generation = Path(place) / str(number), 0
                folder.mkdir()
            generation += 1
            found = one(folder, generation, chance.random() * span)
            seen.append(found)
            figures["kills"] += not found.finished
            figures["before_a_version"] += not found.generations
            figures["wrong_after_kill"] += not is_right(found, generation)
            figures["not_resumed"] += not found.done
    again = [max(0, each.embedded - each.new) / each.new for each in seen]
    figures["embedded_twice_share"] = sum(again) / len(again)
    figures["embedded_twice_most"] = max(again)
    return seen, figures


def _span(place: Path) -> float:
    """Seconds that a build takes which is not killed, in which to kill."""
    seconds: list[float] = []
    for number in range(3):
        folder = place / f"unharmed-{number}"
        folder.mkdir()
        write(folder, 1, 0)
        started = time.perf_counter()
        killed(folder, folder / "log", 60)
        seconds.append(time.perf_counter() - started)
    # The first process takes longer to begin.
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20 instants, not 100")
    seen, figures = run(20 if parser.parse_args().quick else 100)
    print(f"{len(seen)} instants of builds and refreshes of {DOCUMENTS} documents, {int(figures['kills'])} were kills")
    print(f"texts embedded until all was done: {spread([each.embedded for each in seen])}, of {DOCUMENTS} new ones")
    emit("killed_index", figures, GOALS)


if __name__ == "__main__":
    main()
