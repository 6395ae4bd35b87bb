"""A server of shops, and a shop in it, for each test that wants them."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

ROOT = Path(__file__).parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from examples.support.making.stock import Order, Stock, stock  # noqa: E402 - the root has to be known first
from examples.support.shop.client import Shop, open_shop  # noqa: E402
from examples.support.shop.database import open_base  # noqa: E402
from examples.support.shop.server import ShopServer  # noqa: E402

from vouch.models.http.pool import HttpPool  # noqa: E402


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ShopServer]:
    async with ShopServer(open_base()) as opened:
        yield opened


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[HttpPool]:
    opened = HttpPool()
    yield opened
    await opened.aclose()


@pytest_asyncio.fixture
async def shop(server: ShopServer, pool: HttpPool) -> Shop:
    return await open_shop(server.address, pool)


@pytest.fixture(scope="session")
def data() -> Stock:
    return stock()


@pytest.fixture
def pending(data: Stock) -> Order:
    """An order that can be cancelled."""
    return next(order for order in data.orders if order.status == "pending")
