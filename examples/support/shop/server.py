"""The shop's HTTP API on 127.0.0.1: one server, any number of shops, none of which sees another.

It does not know who its clients are. Everything is JSON; a write needs the header `Idempotency-Key`.

    POST /shops                                    a new shop; the body may hold `plant` and `faults`
    DELETE /shops/ID
    GET  /shops/ID/state                           what is not as it was in the beginning
    GET  /shops/ID/effects                         the ledger; /effects/KEY is one entry's answer
    PUT  /shops/ID/strangers                       what strangers write, wherever they can: a text
    PUT  /shops/ID/faults                          what is to go wrong: a list of faults, each strikes one write
    POST /shops/ID/look/WHAT                       look something up
    POST /shops/ID/make/ACTION                     change something

Run `python -m examples.support.shop.server` for a server in a process of its own; it says its address.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from vouch.testing.serving import ServerConnection, Turn

from . import ledger, lookups
from .database import Base, Row, changes, copy_of, file_shop, open_base, write_everywhere
from .lookups import Refusal
from .orders import ACTIONS

MAIN: Final = "main"
"""The shop that stands in a file, where the server was given one."""

LOOKS: Final[dict[str, Callable[[sqlite3.Connection, Row], Any]]] = {
    "customer": lambda shop, asked: lookups.customer_of_email(shop, asked["email"]),
    "customer_by_name": lambda shop, asked: lookups.customer_of_name(shop, asked["name"], asked["postcode"]),
    "order": lambda shop, asked: lookups.order(shop, asked["customer_id"], asked["order_id"]),
    "orders": lambda shop, asked: lookups.orders_of(shop, asked["customer_id"]),
    "quote": lambda shop, asked: lookups.quote(shop, asked["customer_id"], asked["order_id"], asked["items"]),
    "exchanges": lambda shop, asked: lookups.exchanges(shop, asked["customer_id"], asked["order_id"], asked["item"]),
    "product": lambda shop, asked: lookups.product(shop, asked["product_id"]),
    "products": lambda shop, asked: lookups.search_products(shop, asked["query"]),
    "policy": lambda shop, asked: lookups.search_policy(shop, asked["query"]),
}


class Place:
    """One shop of a server, and what is to go wrong in it next; `fresh` when it is a copy of the base."""

    def __init__(self, shop: sqlite3.Connection, faults: Sequence[Row] = (), *, fresh: bool = False) -> None:
        self.shop = shop
        self.faults = list(faults)
        """`{"kind": "error_before" | "error_after" | "drop_after"}` or `{"kind": "delay", "seconds": 0.5}`."""
        self._planted = shop.total_changes if fresh else -1

    def state(self, base: Base) -> dict[str, dict[str, Row]]:
        """What is not as it was. To compare takes milliseconds: a copy in which no row was written is not compared."""
        return {} if self.shop.total_changes == self._planted else changes(self.shop, base)


class ShopServer:
    """A server of shops. Each new one is as in the shipped data; `file` keeps the one called `main`.

    async with ShopServer(open_base()) as server:
        ...  # server.address is "http://127.0.0.1:PORT"
    """

    def __init__(self, base: Base, *, file: Path | None = None, port: int = 0) -> None:
        self._base = base
        self._port = port
        self._numbers = itertools.count(1)
        self._places: dict[str, Place] = {}
        self._open: set[ServerConnection] = set()
        self._server: asyncio.Server | None = None
        if file is not None:
            self._places[MAIN] = Place(file_shop(base, file))

    @property
    def address(self) -> str:
        """Where the API stands."""
        assert self._server is not None  # noqa: S101 - there is no server outside `async with`
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: ServerConnection(self._handle, self._open), "127.0.0.1", self._port
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None  # noqa: S101
        self._server.close()
        for connection in list(self._open):
            connection.abort()
        await self._server.wait_closed()
        for place in self._places.values():
            place.shop.close()

    def _handle(self, turn: Turn) -> None:
        """Answer one request; whatever goes wrong is an answer too."""
        try:
            self._route(turn)
        except Refusal as refusal:
            _say(turn, refusal.status, {"error": str(refusal)})
        except (KeyError, TypeError, ValueError) as error:
            _say(turn, 400, {"error": f"The request cannot be read: {type(error).__name__}: {error}."})
        except sqlite3.Error as error:
            _say(turn, 500, {"error": f"The database failed: {error}."})

    def _route(self, turn: Turn) -> None:
        match turn.method, turn.path.strip("/").split("/"):
            case "POST", ["shops"]:
                _say(turn, 201, {"shop": self._new(_body(turn))})
            case "DELETE", ["shops", name]:
                self._place(name).shop.close()
                del self._places[name]
                _say(turn, 200, {})
            case "GET", ["shops", name, "state"]:
                _say(turn, 200, self._place(name).state(self._base))
            case "GET", ["shops", name, "effects"]:
                _say(turn, 200, ledger.entries(self._place(name).shop))
            case "GET", ["shops", name, "effects", key]:
                turn.respond(200, ledger.look_up(self._place(name).shop, key).encode())
            case "PUT", ["shops", name, "strangers"]:
                write_everywhere(self._place(name).shop, str(json.loads(turn.body)))
                _say(turn, 200, {})
            case "PUT", ["shops", name, "faults"]:
                self._place(name).faults[:] = json.loads(turn.body)
                _say(turn, 200, {})
            case "POST", ["shops", name, "look", what] if what in LOOKS:
                _say(turn, 200, LOOKS[what](self._place(name).shop, _body(turn)))
            case "POST", ["shops", name, "make", action] if action in ACTIONS:
                self._make(turn, self._place(name), action)
            case _:
                raise Refusal(404, f"There is nothing at {turn.method} {turn.path}.")

    def _new(self, wanted: Mapping[str, Any]) -> str:
        name = str(next(self._numbers))
        self._places[name] = Place(copy_of(self._base, wanted.get("plant", {})), wanted.get("faults", ()), fresh=True)
        return name

    def _place(self, name: str) -> Place:
        if name not in self._places:
            raise Refusal(404, f"There is no shop {name!r}.")
        return self._places[name]

    def _make(self, turn: Turn, place: Place, action: str) -> None:
        key = turn.headers.get("idempotency-key", "")
        if not key:
            raise Refusal(400, "A change needs the header Idempotency-Key.")
        request = _body(turn)
        fault = place.faults.pop(0) if place.faults else {"kind": ""}
        if fault["kind"] == "error_before":
            _say(turn, 500, {"error": "The shop failed before it did anything."})
            return
        answer = ledger.make(place.shop, action, request, key).encode()
        if fault["kind"] == "error_after":
            _say(turn, 500, {"error": "The shop failed."})
        elif fault["kind"] == "drop_after":
            turn.respond_in_part(answer, len(answer) // 2)
        elif fault["kind"] == "delay":
            asyncio.get_running_loop().call_later(float(fault["seconds"]), turn.respond, 200, answer)
        else:
            turn.respond(200, answer)


def _body(turn: Turn) -> Row:
    body = json.loads(turn.body or b"{}")
    if not isinstance(body, dict):
        raise Refusal(400, "The body is not a JSON object.")
    return body  # pyright: ignore[reportUnknownVariableType] - keys of a JSON object are text


def _say(turn: Turn, status: int, what: Any) -> None:
    turn.respond(status, json.dumps(what).encode())


async def _serve(file: Path | None, port: int) -> None:
    async with ShopServer(open_base(), file=file, port=port) as server:
        sys.stdout.write(f"{server.address}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted; the first line of output is the address."""
    parser = argparse.ArgumentParser(prog="python -m examples.support.shop.server")
    parser.add_argument("--file", type=Path, help="keep a shop called main in this file")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    given = parser.parse_args(arguments)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(given.file, given.port))


if __name__ == "__main__":
    main()
