"""The knowledge of an app: documents in files, of which the passages that bear on a question are found.

It does not know which model embeds, who asks, or what is done with a passage.
"""

from __future__ import annotations

import asyncio
import copy
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from vouch.contracts.embedder import Embedder
from vouch.contracts.index import Condition, Every, IndexEngine, Scope
from vouch.contracts.knowledge import Passage
from vouch.errors import ConfigError, StoreBusy
from vouch.knowledge.building import Builder, Cut, Progress, Refreshed
from vouch.knowledge.condition import read_condition
from vouch.knowledge.cutting import small
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.question import Library, Question, Retriever
from vouch.knowledge.remembered import Remembered
from vouch.knowledge.search_tool import SearchTool
from vouch.knowledge.searches import hybrid, keyword
from vouch.knowledge.source import Files, Given, Source
from vouch.values.digest import digest
from vouch.values.document import Document, Hit

PROJECT: Final = "vouch.toml"
"""The file that marks a project's folder; the index lies in `.vouch/index` below it."""

OpenEmbedder = Callable[[str], Embedder]


class Knowledge:
    """Documents that an app answers from; satisfies `contracts.knowledge.Knowledge`.

    The index is built when it is first needed, lies in `.vouch/index` of the project, and follows the documents: before
    each question their dates are looked at, and what changed is indexed. While that cannot be done because another
    process does it, the version that is live answers.
    """

    def __init__(
        self,
        *patterns: str,
        documents: Sequence[Document] = (),
        source: Source | None = None,
        root: Path | str | None = None,
        folder: Path | str | None = None,
        engine: IndexEngine | None = None,
        embedder: Embedder | str | None = "local/minilm",
        retriever: Retriever | None = None,
        cut: Cut = small,
        cutting: str = "",
        limit: int = 5,
        where: str = "",
        access: Sequence[str] = (),
        trusted: bool = False,
        refresh: bool = True,
    ) -> None:
        """The files that fit `patterns` below `root`, or `documents`, or a `source` of one's own.

        `root` is by default the folder of the module that calls this, if anything fits there, or else the current one;
        `folder` is where the index lies. `embedder=None` searches by words alone; a name waits for `wire`. `cut` cuts a
        document into chunks; name it in `cutting` if the same function may cut in another way. A question finds `limit`
        passages among the documents that fit `where` (see `condition`) and that a reader with the labels in `access`
        may see. `trusted` says that nobody but the app's owner can write the files. With `refresh=False` the index is
        brought up to date only by `refresh()`. Raises `ConfigError` for what does not fit together.
        """
        if sum((bool(patterns), bool(documents), source is not None)) != 1:
            raise ConfigError(
                f"Knowledge{patterns!r}: give either patterns such as 'policy/*.md', or documents=, or source="
            )
        if limit < 1:
            raise ConfigError(f"Knowledge(limit={limit!r}): give how many passages a question finds, 1 or more")
        place = _root(patterns, Path(root) if root is not None else None, inspect.currentframe())
        self._source = source or (Given(documents) if documents else Files(place, patterns, trusted=trusted))
        self.trusted = trusted or (bool(documents) and all(document.trusted for document in documents))
        self._folder = Path(folder) if folder else _index_folder(place, patterns or tuple(self._source.look()))
        self._engine: IndexEngine = engine or ExactEngine(self._folder)
        self._embedder = None if isinstance(embedder, str) else embedder
        self._embedder_name = embedder if isinstance(embedder, str) else embedder.fingerprint if embedder else ""
        self._open_embedder: OpenEmbedder | None = None
        self._retriever = retriever or (hybrid() if embedder else keyword())
        self._cut = cut
        self._cutting = digest((cut.__module__, cut.__qualname__, cutting))
        self._limit = limit
        self.scope = Scope(_both(None, where), tuple(access))
        self._refreshes = refresh
        self._builders: list[Builder] = []
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    @property
    def engine(self) -> IndexEngine:
        """What keeps the index."""
        return self._engine

    @property
    def version(self) -> str:
        """The content address of the documents and of all that decides which passages a question finds."""
        return digest(
            (
                self._source.look(),
                self._cutting,
                self._embedder_name,
                self._retriever.name,
                self._limit,
                self.scope,
                self.trusted,
            )
        )

    def wire(self, open_embedder: OpenEmbedder) -> None:
        """Say what opens an embedder by its name; a project does so for its apps."""
        self._open_embedder = open_embedder

    def narrowed(self, *, where: str = "", access: Sequence[str] | None = ()) -> Knowledge:
        """The same knowledge for a reader with these labels, within these documents; None may read everything."""
        view = copy.copy(self)
        view.scope = Scope(_both(self.scope.where, where), None if access is None else tuple(access))
        return view

    async def recall(self, query: str) -> Sequence[Passage]:
        """The best passages, best first."""
        return [
            Passage(hit.chunk.document, hit.chunk.text, hit.score, hit.chunk.span, hit.chunk.trusted)
            for hit in await self.search(query)
        ]

    async def search(self, query: str, limit: int | None = None) -> Sequence[Hit]:
        """The best chunks, with all that is known of them."""
        library = await self._library()
        if library is None or not query.strip():
            return []
        return await self._retriever.find(Question(query, limit or self._limit, self.scope), library)

    async def refresh(self, progress: Progress | None = None) -> Refreshed:
        """Bring the index up to date now, also one that somebody went back to an older version of."""
        async with self._alone():
            return await self._builder().refresh(progress)

    async def forget(self, *documents: str) -> None:
        """Erase documents from every version of the index; take them out of the source first."""
        await self._engine.forget(documents)
        if (remembered := self._remembered()) is not None:
            await asyncio.to_thread(remembered.leave, dict.fromkeys(documents, ()))

    def tool(
        self,
        *,
        name: str = "search_knowledge",
        description: str = "Search the documents for passages that bear on a question.",
        examples: Sequence[str] = (),
    ) -> SearchTool:
        """A tool that searches it: its results count as trusted only if every document does."""
        return SearchTool(self, name=name, description=description, examples=examples)

    async def _library(self) -> Library | None:
        index = await self._engine.snapshot()
        if self._refreshes and (index is None or not index.pinned):
            try:
                await self.refresh()
            except StoreBusy:
                if index is None:
                    raise
            index = await self._engine.snapshot()
        return None if index is None else Library(index, self._opened())

    def _opened(self) -> Embedder | None:
        if self._embedder is None and self._embedder_name:
            if self._open_embedder is None:
                raise ConfigError(
                    f"nothing was said to open the embedder {self._embedder_name!r}; run the app within its project, "
                    "or give Knowledge(embedder=...) an opened one, or None to search by words alone"
                )
            self._embedder = self._open_embedder(self._embedder_name)
        return self._embedder

    def _remembered(self) -> Remembered | None:
        embedder = self._opened()
        if embedder is None:
            return None
        folder = self._folder / "embedded"
        return Remembered(folder, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions)

    def _builder(self) -> Builder:
        """One for all views, since it remembers which files hold nothing."""
        if not self._builders:
            self._builders.append(
                Builder(
                    self._source,
                    self._engine,
                    cut=self._cut,
                    cutting=self._cutting,
                    embedder=self._opened(),
                    remembered=self._remembered(),
                )
            )
        return self._builders[0]

    def _alone(self) -> asyncio.Lock:
        """One refresh at a time; locks belong to the event loop that they are first used in."""
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())


def _both(condition: Condition | None, more: str) -> Condition | None:
    if not more:
        return condition
    return read_condition(more) if condition is None else Every((condition, read_condition(more)))


def _root(patterns: Sequence[str], root: Path | None, frame: Any) -> Path:
    """The folder that patterns are below."""
    if root is not None:
        return root
    caller = frame.f_back if frame else None
    file = caller.f_globals.get("__file__") if caller else None
    beside = Path(file).resolve().parent if file else None
    if beside is not None and any(_fits(beside, pattern) for pattern in patterns):
        return beside
    return Path.cwd()


def _fits(folder: Path, pattern: str) -> bool:
    try:
        return next(iter(folder.glob(pattern)), None) is not None
    except (NotImplementedError, ValueError):
        return False  # it is said what is wrong where the files are looked for


def _index_folder(root: Path, named: Sequence[str]) -> Path:
    """Below the project that `root` is in, or `root` itself; one for each set of patterns."""
    project = next((each for each in (root, *root.parents) if (each / PROJECT).is_file()), root)
    return project / ".vouch" / "index" / digest((str(root.relative_to(project)), sorted(named)))[:12]
