"""Knowledge as a tool: an agent searches it with words of its own.

It does not know who calls it. Its results are as trusted as the documents are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from vouch.contracts.knowledge import Passage
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Arguments, ToolRefused
from vouch.errors import VouchError
from vouch.values.digest import canonical, digest
from vouch.values.request import ToolSpec

if TYPE_CHECKING:
    from vouch.contracts.embedder import Embedder  # at run time it would load NumPy

_LONGEST = 2_000


class Searchable(Protocol):
    """What the tool searches."""

    @property
    def version(self) -> str:
        """Changes whenever the same question could find other passages."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether nobody but the app's owner can have written any document."""
        ...

    async def recall(self, query: str) -> Sequence[Passage]:
        """The best passages, best first."""
        ...

    def wire(self, open_embedder: Callable[[str], Embedder]) -> None:
        """From now on this opens the embedder that it names."""
        ...

    def keep_in(self, address: str, *, root: Path, key: str = "") -> None:
        """From now on its index is kept there, unless it has a place of its own."""
        ...


class _Query(msgspec.Struct, forbid_unknown_fields=True):
    query: str


class SearchTool:
    """A `Tool` that finds passages; each stands in the result with its document and span."""

    effect: Literal["read"] = "read"
    labelled = True

    def __init__(self, knowledge: Searchable, *, name: str, description: str, examples: Sequence[str]) -> None:
        self.knowledge = knowledge
        parameters: dict[str, Any] = {
            "type": "object",
            "properties": {
                "query": {"type": "string", "description": "what to look for, in a few words or a question"}
            },
            "required": ["query"],
            "additionalProperties": False,
        }
        self.spec = ToolSpec(name, description, parameters, examples=tuple(examples))

    def wire(self, open_embedder: Callable[[str], Embedder]) -> None:
        """As that of the knowledge."""
        self.knowledge.wire(open_embedder)

    def keep_in(self, address: str, *, root: Path, key: str = "") -> None:
        """As that of the knowledge."""
        self.knowledge.keep_in(address, root=root, key=key)

    @property
    def version(self) -> str:
        """Changes with the schema and with what can be found."""
        return digest((self.spec, self.knowledge.version))

    @property
    def trust(self) -> Trust:
        """Trusted only if every document is."""
        return "trusted" if self.knowledge.trusted else "untrusted"

    def check(self, arguments: str) -> Arguments:
        """The query; raises `ToolRefused` when there is none."""
        try:
            query = msgspec.json.decode(arguments or "{}", type=_Query).query.strip()
        except msgspec.MsgspecError as error:
            raise ToolRefused(f"{self.spec.name} was not called, its arguments do not fit: {error}") from error
        if not query or len(query) > _LONGEST:
            raise ToolRefused(f"{self.spec.name} was not called: give a query of 1 to {_LONGEST} characters")
        return Arguments({"query": query}, canonical({"query": query}).decode())

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """The passages as JSON, best first."""
        del key
        try:
            found = await self.knowledge.recall(arguments.values["query"])
        except VouchError as error:
            raise ToolRefused(f"{self.spec.name} failed: {error}") from error
        rows = [{"document": each.document, "span": each.span, "text": each.text} for each in found]
        return msgspec.json.encode(rows).decode() if rows else f"nothing was found for {arguments.values['query']!r}"
