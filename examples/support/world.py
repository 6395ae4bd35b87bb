"""The world of a case: a shop of its own, with what strangers planted in it, and the person who approves or does not.

It does not know what the case is about. All cases share one server, which is there while any of them is under way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct, field

from vouch.app.declaration import Stage, World
from vouch.errors import CaseError
from vouch.models.http.pool import HttpPool
from vouch.values.case import Case

from .shop.client import open_shop
from .shop.database import Plant, Row, open_base
from .shop.server import ShopServer
from .tools import tools_for


class Setting(Struct, frozen=True, forbid_unknown_fields=True):
    """What a case may set up. Without an approver, whatever waits for a person goes on waiting."""

    approver: Literal["approve", "reject"] | None = None
    plant: Plant = field(default_factory=dict[str, dict[str, str]])
    faults: tuple[Row, ...] = ()


class ShopWorld:
    """Gives each case a shop: call it with the case, and use what it gives as `async with`."""

    def __init__(self) -> None:
        self._cases = 0
        self._opening: asyncio.Task[_Street] | None = None

    @asynccontextmanager
    async def __call__(self, case: Case) -> AsyncGenerator[Stage]:
        """The stage of one case; raises a `CaseError` for a setting that makes no sense."""
        try:
            setting = msgspec.convert(case.setting or {}, Setting)
        except msgspec.ValidationError as error:
            raise CaseError(f"case {case.id!r} has a setting that the shop does not know: {error}") from error
        async with self._street() as street:
            shop = await open_shop(street.server.address, street.pool, plant=setting.plant, faults=setting.faults)
            approver = setting.approver
            yield Stage(tools_for(shop), shop.state, lambda _tool, _arguments: approver, shop.strangers_write)
            await shop.close_down()

    @asynccontextmanager
    async def _street(self) -> AsyncGenerator[_Street]:
        """The server that the cases under way share: the first opens it, the last closes it."""
        if self._opening is None:
            self._opening = asyncio.create_task(_open())
        opening = self._opening
        self._cases += 1
        try:
            yield await asyncio.shield(opening)
        finally:
            self._cases -= 1
            if not self._cases:
                self._opening = None
                await (await opening).closing.aclose()


class _Street(NamedTuple):
    """A server of shops, connections to it, and what closes both."""

    server: ShopServer
    pool: HttpPool
    closing: AsyncExitStack


async def _open() -> _Street:
    closing, pool = AsyncExitStack(), HttpPool()
    server = await closing.enter_async_context(ShopServer(open_base()))
    closing.push_async_callback(pool.aclose)
    return _Street(server, pool, closing)


shop_world: World = ShopWorld()
"""A shop for each case."""
