"""What routing costs: the time of one decision, of an embedding, and of learning anew from outcomes.

It does not know how good the decisions are.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal

from benchmarks.report import data_folder, emit, machine, spread
from benchmarks.routed.sets import Recorded, read, vectors
from vouch.contracts.router import Candidate, Query
from vouch.models.blas import one_thread
from vouch.models.minilm.minilm import MiniLM
from vouch.routing.chances import learn
from vouch.routing.outcome import Outcome
from vouch.routing.policies.cheapest_over import CheapestOver
from vouch.routing.policies.gated import Gated
from vouch.routing.policies.sticky import Sticky
from vouch.values.money import Price

WORDS = 75
"""About 100 tokens."""


def milliseconds(work: Callable[[Query], object], queries: Sequence[Query]) -> list[float]:
    """The time of each call, in ms, after some that do not count."""
    for query in queries[:20]:
        work(query)
    times: list[float] = []
    for query in queries:
        begun = time.perf_counter()
        work(query)
        times.append(1000 * (time.perf_counter() - begun))
    return times


def learning(recorded: Recorded, n: int, repeats: int) -> list[float]:
    """Seconds to learn nine models from n outcomes; those there are stand in again beyond their number."""
    rows = [recorded.outcomes[place % len(recorded.outcomes)] for place in range(n)]
    times: list[float] = []
    for _ in range(repeats):
        begun = time.perf_counter()
        with one_thread():
            learn(rows)
        times.append(time.perf_counter() - begun)
    return times


async def embedding(texts: Sequence[str]) -> list[float]:
    """Milliseconds to embed each text alone, none of them seen before."""
    model = MiniLM.open(remember=0)
    times: list[float] = []
    try:
        await model.embed([texts[0]])
        for text in texts[1:]:
            begun = time.perf_counter()
            await model.embed([text])
            times.append(1000 * (time.perf_counter() - begun))
    finally:
        await model.aclose()
    return times


def main() -> None:
    """Print every time, then the figures."""
    folder = data_folder()
    if folder is None:
        raise SystemExit("needs the real data sets (in ../shared/data, or where VOUCH_DATA points)")
    few = "--quick" in sys.argv
    print(f"the cost of routing, on {machine()}")
    recorded = read(folder / "routing" / "llmrouter_9models.jsonl.gz")
    pair = read(folder / "routing" / "routellm_gsm8k.jsonl")
    chances = learn(recorded.outcomes[:2000])
    several = [Candidate(model, Price(Decimal(1), Decimal(2)), context=32_000) for model in chances.models]
    policy = Gated(Sticky(CheapestOver(chances, 0.7)))
    prompts = [Query(" ".join(text.split()[:WORDS]), tokens=100) for text in recorded.texts[:: 20 if few else 5]]
    decide = milliseconds(lambda query: policy.choose(query, several), prompts)
    long = milliseconds(chances.read, [Query("why does this not work? " * 4_200)] * 50)
    known = [
        Outcome(Query(outcome.query.text, embedding=vector), outcome.scores)
        for outcome, vector in zip(pair.outcomes, vectors(pair.texts), strict=True)
    ]
    with_embedding = learn(known)
    there = milliseconds(with_embedding.read, [outcome.query for outcome in known[:400]])
    embed = asyncio.run(embedding([query.text for query in prompts[: 30 if few else 150]]))
    small, large = learning(recorded, 2000, 3), learning(recorded, 7000, 1 if few else 2)
    print(f"  decide, 100 tokens, 9 models   {spread(decide, ' ms')}")
    print(f"  read, 100 KB                   {spread(long, ' ms')}")
    print(f"  read, embedding there          {spread(there, ' ms')}")
    print(f"  embed, 100 tokens              {spread(embed, ' ms')}")
    print(f"  learn from 2,000 outcomes      {spread(small, ' s')}")
    print(f"  learn from 7,000 outcomes      {spread(large, ' s')}")
    figures = {
        "decide_ms": statistics.median(decide),
        "decide_100kb_ms": statistics.median(long),
        "decide_embedding_there_ms": statistics.median(there),
        "embed_ms": statistics.median(embed),
        "train_s": statistics.median(small),
        "train_7000_s": statistics.median(large),
    }
    goals = {
        "decide_ms": "<= 1",
        "decide_embedding_there_ms": "<= 0.1",
        "embed_ms": "<= 12",
        "train_s": "<= 1",
        "train_7000_s": "<= 10",
    }
    emit("router_cost", figures, goals)


if __name__ == "__main__":
    main()
