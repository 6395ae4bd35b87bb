"""The gateway that stands now: when the settings change, another takes its place between two requests.

It does not know what changed. Requests under way are finished by the gateway that began them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Final, Self

from vouch.errors import ConfigError, VouchError
from vouch.serve.gateway import Gateway
from vouch.serve.reply import Receive, Scope, Send

Opens = Callable[[], AbstractAsyncContextManager[Gateway]]
"""Reads the settings and opens a gateway by them; raises a `VouchError` when they cannot be used."""

_LOOK_SECONDS: Final = 0.05


class Standing:
    """An ASGI application. `opens` is asked at the beginning and at every `renew`."""

    def __init__(self, opens: Opens) -> None:
        self._opens = opens
        self._tenure: _Tenure | None = None
        self._former: set[_Tenure] = set()
        self._renewing = asyncio.Lock()

    @property
    def gateway(self) -> Gateway:
        """The one that takes requests now; raises `ConfigError` while there is none."""
        if self._tenure is None:
            raise ConfigError("no gateway is open; use it as `async with Standing(...) as standing:`")
        return self._tenure.gateway

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """One connection's request, as ASGI has it."""
        return self.gateway(scope, receive, send)

    async def renew(self) -> str:
        """Have a new gateway take over; when it cannot, the old one stays, and why is given; otherwise an empty text.

        It cannot, either, when an app that is served now would not be any more, though the settings still name it.
        """
        async with self._renewing:
            try:
                new = await _Tenure.begun(self._opens)
            except (VouchError, OSError) as error:
                return str(error)
            lost = {name: why for name, why in new.gateway.withheld.items() if name not in self.gateway.withheld}
            if lost:
                await new.end()
                return "; ".join(f"app {name}: {why}" for name, why in lost.items())
            old, self._tenure = self._tenure, new
            if old is not None:
                self._former.add(old)
                old.ended.add_done_callback(lambda _: self._former.discard(old))
                old.leave()
            return ""

    async def __aenter__(self) -> Self:
        self._tenure = await _Tenure.begun(self._opens)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tenures = [one for one in (self._tenure, *self._former) if one is not None]
        await asyncio.gather(*[one.end() for one in tenures])


class _Tenure:
    """One gateway from its opening to its end, in a task of its own: so it is closed where it was opened."""

    def __init__(self) -> None:
        self._opened: asyncio.Future[Gateway] = asyncio.get_running_loop().create_future()
        self._leave = asyncio.Event()
        self._at_once = False
        self.ended: asyncio.Task[None]

    @classmethod
    async def begun(cls, opens: Opens) -> _Tenure:
        tenure = cls()
        tenure.ended = asyncio.create_task(tenure._last(opens))
        try:
            await tenure._opened
        except asyncio.CancelledError:
            tenure.ended.cancel()
            raise
        return tenure

    @property
    def gateway(self) -> Gateway:
        return self._opened.result()

    def leave(self) -> None:
        """Close it when its last request is over."""
        self._leave.set()

    async def end(self) -> None:
        """Close it now."""
        self._at_once = True
        self._leave.set()
        await self.ended

    async def _last(self, opens: Opens) -> None:
        try:
            async with opens() as gateway:
                self._opened.set_result(gateway)
                await self._leave.wait()
                while gateway.under_way and not self._at_once:  # noqa: ASYNC110 - requests end without notice
                    await asyncio.sleep(_LOOK_SECONDS)
        except Exception as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)
