"""The embedded engine for many chunks: an exact engine whose large segments are looked up in graphs of neighbours.

It does not know documents, embedders, or how a graph is built.

Versions, words, chunks and vectors are the exact engine's: so it is as safe against kills, and any number of processes
read beside one that writes. A graph is built when its version is live already, and until it is there its segment is
compared row by row; it is never wrong, only slower.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from vouch.contracts.index import Change
from vouch.errors import ConfigError, StoreBusy, StoreError
from vouch.knowledge.engines.edge.shard import Shard, build, give_up, is_there, package
from vouch.knowledge.engines.edge.snapshot import EdgeIndex
from vouch.knowledge.engines.tuning import Tuning, check
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.exact.faults import translated
from vouch.knowledge.exact.lock import writing
from vouch.knowledge.exact.segment import Segment
from vouch.knowledge.exact.snapshot import ExactIndex
from vouch.knowledge.words import Stemming

DEFAULT: Final = Tuning(quantization="scalar", links=16, effort=100, breadth=64)


class EdgeEngine(ExactEngine):
    """An `IndexEngine` in `folder`. Segments of `least` chunks or more get a graph.

    Raises `ConfigError` where the package is missing, and for what it cannot do.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        keep: int = 3,
        patience: float = 10.0,
        stemming: Stemming = "light",
        tuning: Tuning = DEFAULT,
        least: int = 10_000,
    ) -> None:
        check(tuning, "The engine 'edge'", kinds=("hnsw",), quantizations=("scalar",))
        if least < 1:
            raise ConfigError(f"EdgeEngine(least={least!r}): give from how many chunks on a segment gets a graph")
        package()
        super().__init__(folder, keep=keep, patience=patience, stemming=stemming)
        self._tuning = tuning
        self._least = least
        self._shards: dict[str, Shard] = {}
        self._over: ExactIndex | None = None
        self._index: EdgeIndex | None = None

    def open(self) -> ExactIndex | None:
        """The live version, with the graphs that are there by now."""
        exact = super().open()
        if exact is None:
            self._over = self._index = None
            return None
        if self._load(exact) or self._index is None or self._over is not exact:
            self._over, self._index = exact, EdgeIndex(exact, dict(self._shards))
        return self._index

    async def lay(self) -> None:
        """Build the graphs that the live version lacks, in a thread; every write does so."""
        await asyncio.to_thread(self._lay)

    def _write(self, change: Change, *, erase: bool) -> str:
        name = super()._write(change, erase=erase)
        self._lay()
        return name

    def _load(self, exact: ExactIndex) -> bool:
        """Open the shards of the version that are there and not open yet; whether any was opened or closed."""
        wanted = {segment.name for segment in EdgeIndex.large(exact, self._least)}
        left = self._shards.keys() - wanted
        for name in left:
            del self._shards[name]
        missing = [name for name in wanted - self._shards.keys() if is_there(self._folder_of(name))]
        opened = {name: shard for name in missing if (shard := self._opened(name)) is not None}
        self._shards |= opened
        return bool(left or opened)

    def _opened(self, name: str) -> Shard | None:
        """The shard of a segment; one that is damaged is given up, so that the next write builds it anew."""
        folder = self._folder_of(name)
        try:
            return Shard(folder, breadth=self._tuning.breadth)
        except Exception:  # noqa: BLE001 - the package raises no other type
            give_up(folder)
            return None

    def _lay(self) -> None:
        """Build the shards that the live version lacks, and sweep away those of segments that are gone."""
        exact = super().open()
        shards = self.folder / "shards"
        # Where another process builds at the moment, what it leaves is built with the next write.
        with translated(self.folder), suppress(StoreBusy), writing(shards, patience=self._patience):
            for segment in EdgeIndex.large(exact, self._least) if exact else ():
                self._built(segment)
            kept = {path.stem for path in (self.folder / "segments").glob("*.seg")}
            for path in shards.iterdir():
                if path.is_dir() and path.name not in kept:
                    shutil.rmtree(path, ignore_errors=True)

    def _built(self, segment: Segment) -> None:
        folder = self._folder_of(segment.name)
        try:
            if not is_there(folder):
                build(segment, folder, self._tuning)
        except OSError:
            raise
        except Exception as error:
            raise StoreError(
                f"the graph of {len(segment):,} chunks in {str(folder)!r} could not be built: {error}; the new version "
                "is live, and these chunks are compared one by one until a write builds it"
            ) from error

    def _folder_of(self, segment: str) -> Path:
        return self.folder / "shards" / segment
