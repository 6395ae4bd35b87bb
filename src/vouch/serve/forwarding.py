"""The shortest way: a provider that speaks the client's own format gets its bytes, and the client gets the provider's.

It does not read what is asked or answered, but for the model's name and the usage.
"""

from __future__ import annotations

from collections.abc import Mapping

from vouch.errors import ConnectionFailed
from vouch.models.http.pool import HttpPool
from vouch.models.http.response import Response
from vouch.models.http.retry_after import retry_after
from vouch.serve.exchange import Exchange
from vouch.serve.outlet import Outlet
from vouch.serve.way import Failure, Reply


class Forwarding:
    """`address` is the provider's; `headers` open it and are never shown."""

    def __init__(self, name: str, *, http: HttpPool, address: str, headers: Mapping[str, str]) -> None:
        self._name = name
        self._model = name.partition("/")[2]
        self._http = http
        self._address = address
        self._headers = dict(headers)
        self._urls: dict[str, str] = {}

    async def ask(self, exchange: Exchange) -> Reply:
        """Send the request on; of a stream, wait for its first bytes."""
        wanted = exchange.given
        body = exchange.face.addressed(exchange.body, self._model, wanted)
        response = await self._http.request("POST", self._url(exchange.face.upstream), self._headers, body)
        if response.status >= 400:
            told = await response.read()
            raise Failure(self._name, response.status, told, retry_after(response.headers))
        if wanted.stream and response.headers.get("content-type", "").startswith("text/event-stream"):
            first = await anext(response.chunks(), b"")
            if not first:
                raise ConnectionFailed(f"{self._name} began a stream and sent nothing; ask again")
            return _Stream(self._name, response, first)
        return _Whole(response, await response.read())

    def _url(self, path: str) -> str:
        if path not in self._urls:
            base, mark, query = self._address.partition("?")
            self._urls[path] = f"{base.rstrip('/')}/{path}{mark}{query}"
        return self._urls[path]


class _Whole:
    def __init__(self, response: Response, body: bytes) -> None:
        self._response = response
        self._body = body

    async def deliver(self, exchange: Exchange, outlet: Outlet) -> None:
        exchange.charge(exchange.face.usage(self._body))
        await outlet.whole(self._response.status, self._body)

    def close(self) -> None:
        self._response.close()


class _Stream:
    def __init__(self, name: str, response: Response, first: bytes) -> None:
        self._name = name
        self._response = response
        self._first = first

    async def deliver(self, exchange: Exchange, outlet: Outlet) -> None:
        watch = exchange.face.watch(exchange.given)
        status = self._response.status
        try:
            if data := watch.pass_on(self._first):
                await outlet.piece(data, status=status)
            async for piece in self._response.chunks():
                if data := watch.pass_on(piece):
                    await outlet.piece(data, status=status)
            if data := watch.rest():
                await outlet.piece(data, status=status)
        finally:
            if watch.usage is not None:
                exchange.charge(watch.usage)
            else:
                exchange.guess(watch.events)
        if not watch.done:
            raise ConnectionFailed(f"{self._name} broke its answer off; ask again")
        await outlet.end()

    def close(self) -> None:
        self._response.close()
