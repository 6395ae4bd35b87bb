"""The longer way: the request is read into our own terms, a model of ours is asked, and its answer written out again.

It does not know formats, which the face reads and writes, nor what stands behind the model.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import cast

from vouch.contracts.model import Model
from vouch.errors import ConnectionFailed
from vouch.serve.exchange import Exchange
from vouch.serve.outlet import Outlet
from vouch.serve.way import Reply
from vouch.values.request import Answer, Delta, Done


class Translating:
    """`connect` gives the model for an exchange; it is called for each, so it is quick once the model is open."""

    def __init__(self, name: str, connect: Callable[[Exchange], Model]) -> None:
        self._name = name
        self._connect = connect

    async def ask(self, exchange: Exchange) -> Reply:
        """Ask the model; of a stream, wait for its first piece."""
        request = exchange.face.read(exchange.body, self._name)
        model = self._connect(exchange)
        if not exchange.given.stream:
            return _Whole(await model.answer(request))
        pieces = model.stream(request)
        try:
            first = await anext(pieces)
        except StopAsyncIteration:
            raise ConnectionFailed(f"{self._name} began a stream and sent nothing; ask again") from None
        return _Stream(pieces, first)


class _Whole:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def deliver(self, exchange: Exchange, outlet: Outlet) -> None:
        exchange.charge(self._answer.usage)
        await outlet.whole(200, exchange.face.write(self._answer, exchange.given, exchange.run))

    def close(self) -> None:
        pass


class _Stream:
    def __init__(self, pieces: AsyncIterator[Delta], first: Delta) -> None:
        self._pieces = pieces
        self._first = first
        self._charged = False

    async def deliver(self, exchange: Exchange, outlet: Outlet) -> None:
        writer = exchange.face.writer(exchange.given, exchange.run)
        came = 1
        try:
            await outlet.piece(writer.begin() + self._written(writer.write, exchange, self._first))
            async for piece in self._pieces:
                came += 1
                if data := self._written(writer.write, exchange, piece):
                    await outlet.piece(data)
        finally:
            if not self._charged:
                exchange.guess(came)
            # What is left half-way is closed here and now, not whenever the interpreter comes to it.
            await cast("AsyncGenerator[Delta, None]", self._pieces).aclose()
        await outlet.end()

    def _written(self, write: Callable[[Delta], bytes], exchange: Exchange, piece: Delta) -> bytes:
        if isinstance(piece, Done):
            self._charged = True
            exchange.charge(piece.answer.usage)
        return write(piece)

    def close(self) -> None:
        pass
