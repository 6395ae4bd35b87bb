"""The shop of this machine: it stands in a file, and its server runs beside the agent from its first use on.

It does not know the agent. Another process that opens the same file sees the same shop.
"""

from __future__ import annotations

import asyncio
import threading
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
                open_now = threading.Event()
                threading.Thread(target=asyncio.run, args=(self._serve(open_now),), daemon=True, name="shop").start()
                open_now.wait()

    async def _serve(self, open_now: threading.Event) -> None:
        async with ShopServer(open_base(), file=self._file) as server:
            self._address = f"{server.address}/shops/{MAIN}"
            open_now.set()
            await asyncio.Event().wait()
