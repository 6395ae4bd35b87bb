"""The counters of several processes that serve together: each keeps its own in a file, and adds up those of all.

It does not know what is counted. What a process counted stays when it has ended: counters only grow.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from vouch.serve.operations.meters import ENCODER, Counts, Meters, added, read_counts

SAVE_SECONDS: Final = 1.0
_ENDING: Final = ".counts"


class SharedCounts:
    """Files in `folder`, by process; those of others are as old as `SAVE_SECONDS`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / f"{os.getpid()}{_ENDING}"

    def __call__(self, own: Counts) -> Counts:
        """The sums of all."""
        total = own
        for file in sorted(self._folder.glob(f"*{_ENDING}")):
            if file != self._own:
                with suppress(OSError, msgspec.DecodeError):
                    total = added(total, read_counts(file.read_bytes()))
        return total

    async def keep_saving(self, meters: Meters) -> None:
        """Save again and again, and once more when cancelled."""
        try:
            while True:
                self.save(meters.counts)
                await asyncio.sleep(SAVE_SECONDS)
        finally:
            self.save(meters.counts)

    def save(self, counts: Counts) -> None:
        """Save them; they are whole at every moment."""
        new = self._own.with_suffix(".new")
        with suppress(OSError):
            new.write_bytes(ENCODER.encode(counts))
            new.replace(self._own)
