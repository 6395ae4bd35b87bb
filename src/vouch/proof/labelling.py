"""Testing an app's labels of trust: from outside, with a word planted in the worlds of its proofs; from inside, with a
model that obeys every word; and by what its trusted results could hold.

It does not know how a label is shown, nor what a proof makes of a wrong one. Nothing of it stays in the journal.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from msgspec.structs import replace

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.app.subagent import SubAgent
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Tool, WriteTool
from vouch.journal.journal import Journal
from vouch.proof.canary import new_canary
from vouch.proof.cases import dataset_of
from vouch.proof.compromised import harmful, unasked_after_failure, unasked_after_passage, unasked_after_tool
from vouch.proof.free_text import WHOLE, free_in_result, free_in_schema
from vouch.proof.labels import PASSAGES, By, Label, Labels
from vouch.proof.planting import Planting, Seen, sub_agents
from vouch.provenance.labels import critical_of, trust_of
from vouch.values.case import Case
from vouch.values.event import ToolRead
from vouch.values.result import Called, Result

CASES: Final = 12
"""Cases of a proof whose conversations are run in planted worlds."""

_WORLDS: Final = 8
"""Worlds that a proof plants at most."""

_RUNS: Final = 20
"""Recorded runs that are searched for free text."""


class Known(NamedTuple):
    """A case and how its run ended."""

    case: Case
    result: Result


async def check_labels(app: App, house: House, *, root: Path = Path(), cases: int = CASES) -> Labels:
    """Test every label of `app`: up to `cases` conversations of each proof are run in planted worlds.

    Its models are asked for these, as in a proof; real tools are called in these worlds only. Raises `CaseError` for
    a file of cases that cannot be used, and an `AppError` where a world cannot be planted as it says.
    """
    canary = new_canary()
    async with _aside(house) as quiet:
        planting = Planting(app, canary, quiet)
        for proof in app.proofs:
            chosen = _spread((await asyncio.to_thread(dataset_of, proof, root)).cases, cases)
            if proof.world is not None:
                await planting.talk(proof.world, chosen)
            if not planting.seen.worlds:
                await planting.recall(chosen)
        tried = await _tried(app, canary, quiet, planting.seen)
    recorded = {} if planting.seen.worlds else await _recorded(app, house.journal)
    return _labels(app, planting.seen, tried, recorded)


async def check_in_proof(app: App, proof: Proof, house: House, known: Sequence[Known]) -> Labels | None:
    """The same from the calls of a proof's cases, without asking a model; None where its worlds cannot be planted.

    A few cases are enough: those that between them called every tool that was called at all.
    """
    if proof.world is None:
        return None
    canary = new_canary()
    async with _aside(house) as quiet:
        planting = Planting(app, canary, quiet)
        for case, result in _covering(known):
            if not await planting.repeat(proof.world, case, _made(app, result)):
                return None
        tried = await _tried(app, canary, quiet, planting.seen)
    return _labels(app, planting.seen, tried, {})


@asynccontextmanager
async def _aside(house: House) -> AsyncGenerator[House]:
    """The same house with a journal that is gone afterwards: nobody is to be asked about what is only tried."""
    with TemporaryDirectory(prefix="vouch-") as folder:
        async with await Journal.open(Path(folder) / "journal.db") as journal:
            yield House(journal=journal, open_model=house.model, cost=house.cost, retry=house.retry)


def _spread(cases: Sequence[Case], most: int) -> list[Case]:
    """At most so many of the cases, from all parts of the list."""
    n = min(most, len(cases))
    return [cases[place * len(cases) // n] for place in range(n)]


def _covering(known: Sequence[Known]) -> list[Known]:
    """A few of the cases that called every tool between them, greedily; of equal ones the first."""
    chosen: list[Known] = []
    left = [(one, frozenset(one.result.calls)) for one in known]
    missing = frozenset[str]().union(*(called for _, called in left))
    while left and len(chosen) < _WORLDS and (missing or not chosen):
        best = max(left, key=lambda pair: len(pair[1] & missing))
        left.remove(best)
        missing -= best[1]
        chosen.append(best[0])
    return chosen


def _made(app: App, result: Result) -> Iterator[Called]:
    """The calls of a run that were made, in order: all reads, and of the writes those that happened."""
    made = Counter((write.tool, write.arguments) for write in result.made)
    for call in result.called:
        if call.tool not in app.writes:
            yield call
        elif made[call.tool, call.arguments]:
            made[call.tool, call.arguments] -= 1
            yield call


class Tried(NamedTuple):
    """By source: the writes that nobody is asked about after a hostile order in it, or in its error.

    None where that stays open.
    """

    unasked: Mapping[str, tuple[str, ...] | None] = {}
    failed: Mapping[str, tuple[str, ...] | None] = {}


async def _tried(app: App, canary: str, house: House, seen: Seen) -> Tried:
    if not harmful(app):
        return Tried()
    reads = [tool for tool in app.tools if tool.effect == "read" and app.provenance != "observe"]
    failed = await asyncio.gather(*(unasked_after_failure(app, tool, canary, house) for tool in reads))
    names = [tool.spec.name for tool in reads]
    return Tried(await _unasked(app, canary, house, seen), dict(zip(names, failed, strict=True)))


async def _unasked(app: App, canary: str, house: House, seen: Seen) -> dict[str, tuple[str, ...] | None]:
    sources = [tool for tool in app.tools if tool.effect == "read" and _can_order(app, trust_of(tool), tool)]
    found = dict(
        zip(
            (tool.spec.name for tool in sources),
            await asyncio.gather(*(unasked_after_tool(app, tool, canary, house) for tool in sources)),
            strict=True,
        )
    )
    for name, trust in _passages(app, seen):
        if name in PASSAGES.values() and _can_order(app, trust):
            found[name] = await unasked_after_passage(app, trust, canary, house)
    return found


def _can_order(app: App, trust: Trust, tool: object = None) -> bool:
    """Whether there is anything to find out: a checked result holds no order, and `observe` asks nobody."""
    if trust == "typed":
        return getattr(tool, "typed", None) is None
    return trust == "trusted" or app.provenance != "observe"


def _passages(app: App, seen: Seen) -> Iterator[tuple[str, Trust]]:
    """The passages there are, also those of sub-agents, and their labels: trusted ones only where some were seen."""
    apps = [("", app), *((f"{name}/", agent.app) for name, agent in sub_agents(app.tools))]
    for prefix, owner in apps:
        for trust, words in PASSAGES.items():
            name = f"{prefix}{words}"
            if owner.knowledge is not None and (trust == "untrusted" or seen.looked_at[name]):
                yield name, trust


async def _recorded(app: App, journal: Journal) -> dict[str, tuple[str, ...]]:
    """By tool: the parts with long text in the results of the latest runs; nothing where no result is recorded."""
    found: dict[str, dict[str, None]] = {}
    for row in await journal.runs(app=app.name, limit=_RUNS):
        for event in await journal.read(row.run):
            if isinstance(event.body, ToolRead) and not event.body.failed:
                parts = free_in_result(str(event.body.content))
                found.setdefault(event.body.name, {}).update(dict.fromkeys(parts))
    return {name: tuple(parts) for name, parts in found.items()}


def _labels(
    app: App,
    seen: Seen,
    tried: Tried,
    recorded: Mapping[str, tuple[str, ...]],
) -> Labels:
    labels = [
        replace(_declared(name, tool), free_text=_free_text(name, tool, seen, recorded))
        for name, tool in _named(app.tools)
    ]
    for name, trust in _passages(app, seen):
        free = (WHOLE,) if trust == "trusted" and not seen.worlds else ()
        labels.append(Label(name=name, trust=trust, by="declared" if trust == "trusted" else "default", free_text=free))
    return Labels(
        app=app.name,
        app_version=app.version,
        provenance=app.provenance,
        labels=tuple(_found(label, seen, tried) for label in labels),
        worlds=seen.worlds,
    )


def _named(tools: Sequence[Tool]) -> Iterator[tuple[str, Tool]]:
    """The tools, and those of sub-agents by the names that lead to them."""
    yield from ((tool.spec.name, tool) for tool in tools)
    for name, agent in sub_agents(tools):
        yield from ((f"{name}/{tool.spec.name}", tool) for tool in agent.app.tools)


def _declared(name: str, tool: Tool) -> Label:
    label = Label(name=name, effect=tool.effect, trust=trust_of(tool), by=_by(tool))
    if not isinstance(tool, WriteTool):
        return label
    known = critical_of(tool)
    critical = None if known is None else tuple(sorted(known))
    return replace(label, critical=critical, policies=tuple(policy.name for policy in tool.policies))


def _by(tool: Tool) -> By:
    if isinstance(tool, SubAgent):
        return "derived"
    return "declared" if trust_of(tool) != "untrusted" or getattr(tool, "labelled", False) else "default"


def _free_text(name: str, tool: Tool, seen: Seen, recorded: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The parts of a trusted read's result that may be anybody's text, where no planted text has shown whose."""
    if tool.effect != "read" or trust_of(tool) != "trusted" or _by(tool) != "declared" or seen.looked_at[name]:
        return ()
    if tool.spec.returns is not None:
        return free_in_schema(tool.spec.returns)
    return recorded.get(name, (WHOLE,))


def _found(label: Label, seen: Seen, tried: Tried) -> Label:
    """The label with what was seen of it."""
    writes = tried.unasked.get(label.name)
    return replace(
        label,
        looked_at=seen.looked_at[label.name],
        gave_back=seen.gave_back[label.name],
        wrong_in=seen.wrong_in.get(label.name, ""),
        failed=seen.failed[label.name],
        failed_wrong_in=seen.failed_wrong_in.get(label.name, ""),
        tried=writes is not None,
        unasked=writes or (),
        unasked_failed=tried.failed.get(label.name) or (),
    )
