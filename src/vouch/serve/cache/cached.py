"""Requests answered from memory where the same was asked before, and by another where it was not.

It does not know who that is. Only whole, successful answers are kept, and only under rules that ask for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from vouch.contracts.embedder import Embedder
from vouch.project.config import CacheEntry
from vouch.serve.answering import Answering
from vouch.serve.applying import first
from vouch.serve.cache.asking import Asking, asking_of
from vouch.serve.cache.gate import marks_of
from vouch.serve.cache.memory import Kept, Memory
from vouch.serve.cache.nearest import Nearest, Vector
from vouch.serve.cache.reading import answer_of, is_plain, is_whole
from vouch.serve.exchange import Exchange
from vouch.serve.outlet import Outlet
from vouch.serve.upstream import Upstream
from vouch.values.money import ZERO, Money
from vouch.values.request import in_one_piece

Kind = Literal["exact", "semantic"]

FACES: Final = frozenset({"chat", "completions", "embeddings", "messages", "responses"})
"""Whose answers are kept."""

_AGE: Final = re.compile(r"max-age=([0-9]{1,9})")


class Rule(NamedTuple):
    """One cache, and which requests it is for."""

    models: tuple[str, ...]
    keys: tuple[str, ...]
    entry: CacheEntry
    memory: Memory
    nearest: Nearest
    embedder: Embedder | None


class Wish(NamedTuple):
    """What a client says in `cache-control`: whether a kept answer will do, how old, and whether this one is kept."""

    reads: bool = True
    keeps: bool = True
    age: float | None = None


class Cached:
    """Has requests answered by `inner` where no answer is kept; `embedder` opens the one of a name."""

    def __init__(
        self, inner: Answering, entries: Mapping[str, CacheEntry], embedder: Callable[[str], Embedder]
    ) -> None:
        self._inner = inner
        self._rules = [_rule(entry, embedder) for entry in entries.values()]

    async def answer(self, exchange: Exchange, upstreams: Sequence[Upstream], outlet: Outlet) -> None:
        """Have it answered."""
        rule = first(self._rules, exchange) if exchange.face.name in FACES else None
        asking = asking_of(exchange, rule.entry, upstreams[0].name) if rule is not None else None
        if rule is None or asking is None:
            await self._inner.answer(exchange, upstreams, outlet)
            return
        wish = wish_of(exchange.headers.get(b"cache-control", b""))
        vector = await _vector(rule, asking)
        if wish.reads:
            for kind, place in _places(rule, asking, vector):
                kept = rule.memory.get(place, youngest=wish.age)
                if kept is not None and await _replayed(kept, kind, exchange, outlet):
                    return
        recording = Recording(outlet, most=rule.entry.bytes if wish.keeps else 0)
        await self._inner.answer(exchange, upstreams, recording)
        # What another model of the route answered in its place is not what this one would have said.
        if recording.complete and exchange.model == upstreams[0].name:
            _keep(rule, asking, vector, exchange, recording)


class Recording:
    """An outlet that remembers what goes through it, up to `most` bytes."""

    def __init__(self, outlet: Outlet, *, most: int) -> None:
        self._outlet = outlet
        self._left = most
        self._pieces: list[bytes] = []
        self._ended = False
        self.streamed = False

    @property
    def complete(self) -> bool:
        """Whether all of a successful answer is here."""
        return self._ended and self._left > 0

    @property
    def body(self) -> bytes:
        """All that went through."""
        return b"".join(self._pieces)

    async def whole(self, status: int, body: bytes) -> None:
        """Remembered where it is a success, and sent on."""
        self._take(body)
        self._ended = status == 200
        await self._outlet.whole(status, body)

    async def piece(self, data: bytes, *, status: int = 200) -> None:
        """Remembered, and sent on."""
        self.streamed = True
        self._take(data)
        await self._outlet.piece(data, status=status)

    async def end(self) -> None:
        """Now it is all there."""
        self._ended = True
        await self._outlet.end()

    def _take(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left > 0:
            self._pieces.append(data)
        else:
            self._pieces = []


def wish_of(header: bytes) -> Wish:
    """What a `cache-control` header of a request asks for."""
    told = header.decode("latin-1").lower()
    if "no-store" in told:
        return Wish(reads=False, keeps=False)
    age = _AGE.search(told)
    return Wish(reads="no-cache" not in told, age=float(age[1]) if age else None)


def _rule(entry: CacheEntry, embedder: Callable[[str], Embedder]) -> Rule:
    nearest = Nearest(threshold=entry.threshold)
    memory = Memory(most=entry.bytes, seconds=entry.seconds, dropped=nearest.drop)
    opened = embedder(entry.embedder) if entry.kind == "semantic" else None
    return Rule(entry.models, entry.keys, entry, memory, nearest, opened)


async def _vector(rule: Rule, asking: Asking) -> Vector | None:
    if rule.embedder is None or not asking.text:
        return None
    return (await rule.embedder.embed([asking.text]))[0]


def _places(rule: Rule, asking: Asking, vector: Vector | None) -> Iterator[tuple[Kind, str]]:
    yield "exact", asking.place
    if vector is not None:
        for place in list(rule.nearest.find(asking.around, vector, marks_of(asking.text))):
            yield "semantic", place


async def _replayed(kept: Kept, kind: Kind, exchange: Exchange, outlet: Outlet) -> bool:
    """Give a kept answer again, as this client wants it; False where it would lose something by that."""
    body = _told(kept, exchange)
    if body is None:
        return False
    exchange.cached = kind
    exchange.model = kept.model
    exchange.cost = Money(ZERO.amount, kept.cost.currency) if kept.cost is not None else ZERO
    exchange.saved = kept.cost
    if exchange.given.stream:
        await outlet.piece(body)
        await outlet.end()
    else:
        await outlet.whole(200, body)
    return True


def _told(kept: Kept, exchange: Exchange) -> bytes | None:
    wanted, face = exchange.given, exchange.face
    if wanted.stream == kept.streamed and (not wanted.stream or wanted.tells_usage == kept.tells_usage):
        return kept.body
    answer = answer_of(face.name, kept.body, streamed=kept.streamed)
    if answer is None or not is_plain(answer):
        return None
    if not wanted.stream:
        return face.write(answer, wanted, exchange.run)
    writer = face.writer(wanted, exchange.run)
    return writer.begin() + b"".join(writer.write(delta) for delta in in_one_piece(answer))


def _keep(rule: Rule, asking: Asking, vector: Vector | None, exchange: Exchange, recording: Recording) -> None:
    if not is_whole(exchange.face.name, recording.body, streamed=recording.streamed):
        return
    kept = rule.memory.put(
        asking.place,
        recording.body,
        streamed=recording.streamed,
        tells_usage=exchange.given.tells_usage,
        model=exchange.model,
        cost=exchange.cost,
    )
    if kept and vector is not None:
        rule.nearest.add(asking.around, asking.place, vector, marks_of(asking.text))
