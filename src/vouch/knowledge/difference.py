"""What differs between two versions of an index, document by document.

It does not know which engine keeps them.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from msgspec import Struct

from vouch.contracts.index import Index, IndexEngine
from vouch.errors import UsageError


@runtime_checkable
class Dated(Protocol):
    """An engine that also opens versions that are not live."""

    async def at(self, version: str) -> Index:
        """The version of this name; raises `UsageError` where it is not kept."""
        ...


class Difference(Struct, frozen=True):
    """The documents by which the version `after` differs from `before`, each in the order of the names."""

    before: str
    after: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def difference(before: Index, after: Index) -> Difference:
    """By the documents' digests, so also where only the way to cut has changed."""
    old, new = before.documents, after.documents
    return Difference(
        before.version,
        after.version,
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        tuple(sorted(old.keys() - new.keys())),
    )


async def between(engine: IndexEngine, before: str = "", after: str = "") -> Difference:
    """The difference of two versions that are kept: by default of the live one from that before it.

    Raises `UsageError` where there is no such version, or the engine opens the live one alone.
    """
    if not isinstance(engine, Dated):
        raise UsageError(f"{type(engine).__name__} opens no version but the live one, so it cannot tell them apart")
    versions = await engine.versions()
    names = [each.name for each in versions]
    live = next((each.name for each in versions if each.live), "")
    if not live:
        raise UsageError("the index has no version yet; build it first")
    after = after or live
    older = names[names.index(after) + 1 :] if after in names else []
    if not before and not older:
        raise UsageError(f"no version is older than {after!r}; there are: {', '.join(names)}")
    return difference(await engine.at(before or older[0]), await engine.at(after))
