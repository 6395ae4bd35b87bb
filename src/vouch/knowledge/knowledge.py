"""The knowledge of an app: documents in files, of which the passages that bear on a question are found.

It does not know which model embeds, who asks, or what is done with a passage.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from vouch.contracts.embedder import Embedder
from vouch.contracts.index import Condition, Every, Index, IndexEngine, Scope
from vouch.contracts.knowledge import Passage
from vouch.errors import ConfigError, UsageError
from vouch.knowledge.building import Progress, Refreshed
from vouch.knowledge.condition import read_condition
from vouch.knowledge.crew import Cut
from vouch.knowledge.cutting import small
from vouch.knowledge.engines.address import Opening, open_engine
from vouch.knowledge.engines.growing import GrowingEngine
from vouch.knowledge.following import Following, OpenEmbedder, OpenEngine
from vouch.knowledge.question import Library, Question, Retriever
from vouch.knowledge.rules import RULES
from vouch.knowledge.search_tool import SearchTool
from vouch.knowledge.searches import hybrid, keyword
from vouch.knowledge.source import Files, Given, Source
from vouch.values.digest import digest
from vouch.values.document import Document, Hit

PROJECT: Final = "vouch.toml"
"""The file that marks a project's folder; the index lies in `.vouch/index` below it."""


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
        engine: IndexEngine | str | None = None,
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

        `root` is by default the folder of the module that calls this, if anything fits there, or else the current one.
        `folder` is where the index lies, unless `engine`, or the address of one, keeps it elsewhere; without either it
        is where the project says. `embedder=None` searches by words alone; a name waits for `wire`. `cut` cuts a
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
        place = _root(patterns, Path(root).resolve() if root is not None else None, inspect.currentframe())
        self._source = source or (Given(documents) if documents else Files(place, patterns, trusted=trusted))
        self.trusted = trusted or (bool(documents) and all(document.trusted for document in documents))
        project = next((each for each in (place, *place.parents) if (each / PROJECT).is_file()), place)
        self._part = (
            digest(str(folder))[:12] if folder else _index_name(place, project, patterns or self._source.look())
        )
        place = Path(folder) if folder else project / ".vouch" / "index" / self._part
        self._chosen = engine is not None
        self._embedder_name = embedder if isinstance(embedder, str) else embedder.fingerprint if embedder else ""
        self._retriever = retriever or (hybrid() if embedder else keyword())
        self._cutting = digest((cut.__module__, cut.__qualname__, cutting, RULES))
        self._limit = limit
        self.scope = Scope(_both(None, where), tuple(access))
        self.following = Following(
            self._source,
            _opening(engine, place, project),
            place,
            cut=cut,
            cutting=self._cutting,
            embedder=embedder,
            refreshes=refresh,
        )

    @property
    def engine(self) -> IndexEngine:
        """What keeps the index."""
        return self.following.engine

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

    @property
    def embedder(self) -> Embedder | None:
        """The embedder; None where it searches by words alone, or nothing was said to open it."""
        return self.following.embedder

    def wire(self, open_embedder: OpenEmbedder) -> None:
        """Say what opens an embedder by its name; a project does so for its apps."""
        self.following.wire(open_embedder)

    def keep_in(self, address: str, *, root: Path, key: str = "") -> None:
        """Keep the index at this address of an engine, unless one was chosen; a project does so for its apps.

        Folders are below `root`. Several indexes may be kept at one address: each is a part of its own.
        """
        if not self._chosen:
            self.following.keep_in(lambda: open_engine(address, Opening(root=root, key=key, part=self._part)))

    def narrowed(self, *, where: str = "", access: Sequence[str] | None = ()) -> Knowledge:
        """The same knowledge for a reader with these labels, within these documents; None may read everything."""
        view = copy.copy(self)
        view.scope = Scope(_both(self.scope.where, where), None if access is None else tuple(access))
        return view

    async def recall(self, query: str) -> Sequence[Passage]:
        """The best passages, best first."""
        hits, versions = await self._searched(query, None)
        return [
            Passage(
                hit.chunk.document,
                hit.chunk.text,
                hit.score,
                hit.chunk.span,
                hit.chunk.trusted,
                versions.get(hit.chunk.document, "").partition("-")[0],
            )
            for hit in hits
        ]

    async def search(self, query: str, limit: int | None = None) -> Sequence[Hit]:
        """The best chunks, with all that is known of them."""
        return (await self._searched(query, limit))[0]

    async def _searched(self, query: str, limit: int | None) -> tuple[Sequence[Hit], Mapping[str, str]]:
        """The best chunks, and the digest of every document of the version that they are of."""
        if not query.strip():
            return [], {}
        question = Question(query, limit or self._limit, self.scope)
        index = await self.following.index()
        if index is None:
            return [], {}
        hits = await self._retriever.find(question, self._library(index))
        now = await self.following.checked(index, {hit.chunk.document for hit in hits})
        if now is not None and now.version != index.version:
            index, hits = now, await self._retriever.find(question, self._library(now))
        return hits, index.documents

    async def refresh(self, progress: Progress | None = None) -> Refreshed:
        """Bring the index up to date now, also one that somebody went back to an older version of.

        `progress` is told of the chunks that are embedded; `following.refresh` tells and takes more.
        """
        return await self.following.refresh(progress)

    async def forget(self, *documents: str) -> None:
        """Erase documents from every version of the index; take them out of the source first."""
        await self.following.forget(documents)

    def tool(
        self,
        *,
        name: str = "search_knowledge",
        description: str = "Search the documents for passages that bear on a question.",
        examples: Sequence[str] = (),
    ) -> SearchTool:
        """A tool that searches it: its results count as trusted only if every document does."""
        return SearchTool(self, name=name, description=description, examples=examples)

    def _library(self, index: Index) -> Library:
        """What is searched; raises `UsageError` where its vectors are not those of this embedder."""
        embedder = self.following.opened()
        if embedder is not None and index.embedder != embedder.fingerprint:
            raise UsageError(
                f"version {index.version!r} of the index was built with embedder {index.embedder!r}, the app has "
                f"{embedder.fingerprint!r}, and their vectors cannot be compared; refresh the index, or go back to the "
                "app that had that embedder"
            )
        return Library(index, embedder)


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


def _index_name(root: Path, project: Path, named: Iterable[str]) -> str:
    """One for each set of patterns, and the same for it on every machine."""
    return digest((str(root.relative_to(project)), sorted(named)))[:12]


def _opening(engine: IndexEngine | str | None, place: Path, project: Path) -> OpenEngine:
    if engine is None:
        return lambda: GrowingEngine(place)
    if isinstance(engine, str):
        return lambda: open_engine(engine, Opening(root=project))
    return lambda: engine
