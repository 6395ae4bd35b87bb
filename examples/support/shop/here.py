"""The shop of this machine: it stands in a file, and its server runs beside the agent from its first use on.

It does not know the agent. Another process that opens the same file sees the same shop.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path

from .client import Shop
from .database import open_base
from .server import MAIN, ShopServer


class ShopHere(Shop):
    """The shop in `file`. Its server ends with the process; what was done stays in the file."""

    def __init__(self, file: Path) -> None:
        super().__init__("")
        self._file = file
        self._opening = threading.Lock()

    async def address(self) -> str:
        """Where it is; opened now, if it was not yet."""
        if not self._address:
            await asyncio.to_thread(self._open)
        return self._address

    def _open(self) -> None:
        with self._opening:
            if not self._address:
                found: Future[str] = Future()
                threading.Thread(target=asyncio.run, args=(self._serve(found),), daemon=True, name="shop").start()
                self._address = found.result()

    async def _serve(self, found: Future[str]) -> None:
        try:
            async with ShopServer(open_base(), file=self._file) as server:
                found.set_result(f"{server.address}/shops/{MAIN}")
                await asyncio.Event().wait()
        except Exception as error:  # noqa: BLE001 - whoever waits for the address is told
            found.set_exception(error)
