"""A life of the support agent that ends in the middle of a refund: the shop has made it, nobody has noted it yet.

Run by the demonstration as a process of its own, which kills itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from vouch.app.conversation import converse
from vouch.project.project import Project

from .demo import SUPPORT, house_in
from .shop.client import Shop
from .tools import tools_for


class Doomed(Shop):
    """A shop whose customer's agent loses its power as soon as a change is made."""

    async def make(self, action: str, key: str, **wanted: Any) -> dict[str, Any]:
        """Make the change, and be gone."""
        made = await super().make(action, key, **wanted)
        print(f"the shop has made it: {action}", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        return made


async def main(address: str, folder: Path, words: list[str], model: str) -> None:
    """Say the words in a run called `crashed`, in the journal in `folder`, until the refund."""
    app = replace(Project.find(SUPPORT).app("support"), models=[model], tools=tools_for(Doomed(address)))
    async with house_in(folder) as house:
        await converse(app, words, house, name="crashed")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]))
