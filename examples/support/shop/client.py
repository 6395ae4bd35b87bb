"""A shop as its clients see it: an address, and what can be asked there.

It does not know what the answers mean.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from vouch.contracts.tool import ToolRefused
from vouch.models.http.pool import HttpPool

_REFUSED: Final = range(400, 500)


class ShopFailed(Exception):
    """The shop did not answer as it should: whether a change was made is open."""


class Shop:
    """One shop at `address`, such as `http://127.0.0.1:8123/shops/main`."""

    def __init__(self, address: str, pool: HttpPool | None = None) -> None:
        self._address = address
        self._pool = pool or HttpPool(connect_timeout=5.0, first_byte_timeout=10.0)

    async def address(self) -> str:
        """Where it is; a shop that has to be opened first is opened now."""
        return self._address

    async def look(self, what: str, **asked: Any) -> Any:
        """Look something up; raises `ToolRefused` when there is no such thing."""
        return await self.ask("POST", f"look/{what}", asked)

    async def make(self, action: str, key: str, **wanted: Any) -> dict[str, Any]:
        """Change something, once per key; raises `ToolRefused` when it was refused, else whatever went wrong."""
        return await self.ask("POST", f"make/{action}", wanted, {"idempotency-key": key})

    async def effect(self, key: str) -> dict[str, Any] | None:
        """What the change under this key gave back, or None when it was not made."""
        status, answer = await self.request("GET", f"effects/{key}")
        if status == 404:
            return None
        return _good(status, answer)

    async def state(self) -> dict[str, Any]:
        """What is not as it was in the beginning."""
        return await self.ask("GET", "state")

    async def effects(self) -> list[dict[str, str]]:
        """The ledger, oldest first: the key and the action of every change."""
        return await self.ask("GET", "effects")

    async def faults(self, *faults: dict[str, Any]) -> None:
        """What goes wrong with the next changes, see `ShopServer`."""
        await self.ask("PUT", "faults", list(faults))

    async def strangers_write(self, text: str) -> None:
        """`text` stands in every order's note, in reviews, in addresses, and on the pages of the policy."""
        await self.ask("PUT", "strangers", text)

    async def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] = {}) -> Any:
        """The answer to one request below the shop's address; raises `ToolRefused` or `ShopFailed` for a refusal."""
        return _good(*await self.request(method, path, body, headers))

    async def request(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, Any]:
        """One request below the shop's address: the status and the body."""
        data = b"" if body is None else json.dumps(body).encode()
        response = await self._pool.request(method, f"{await self.address()}/{path}", headers, data)
        return response.status, json.loads(await response.read())

    async def close_down(self) -> None:
        """The shop is no longer needed."""
        await self.ask("DELETE", "")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()


def _good(status: int, answer: Any) -> Any:
    if status in _REFUSED:
        raise ToolRefused(answer["error"])
    if status >= 500:
        raise ShopFailed(f"{status}: {answer['error']}")
    return answer


async def open_shop(server: str, pool: HttpPool, **wanted: Any) -> Shop:
    """A new shop at the server of this address; `wanted` may hold `plant` and `faults`, see `ShopServer`."""
    made = await Shop(f"{server}/shops", pool).ask("POST", "", wanted)
    return Shop(f"{server}/shops/{made['shop']}", pool)
