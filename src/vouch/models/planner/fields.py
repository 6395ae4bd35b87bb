"""Fields of results: under which names their values may fill parameters, and which values may at all.

It does not know which tool gave a result, or which parameter wants one.

Text that somebody may have written freely (notes, reviews, descriptions) is never a field: whatever it says, it can
neither fill a parameter nor tell two records apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from vouch.models.planner.schema import Schema, resolved
from vouch.models.planner.tokens import in_words, singular, word_set

LONGEST: Final = 40
"""Characters of a value that is still no free text."""

_WORDS: Final = 5
_FREE: Final = word_set(
    "note notes comment comments review reviews description message text body content remark remarks reason feedback "
    "instruction instructions passage snippet summary"
)
_PREFIXES: Final = word_set(
    "new old from to source target current previous other destination origin original replacement"
)
_DEEP: Final = 6

Path = tuple[str | int, ...]
Record = Mapping[str, Any]


class Field(NamedTuple):
    """A value in a result: its names, the record it stands in, and the records around that, innermost first."""

    names: frozenset[str]
    value: Any
    path: Path
    record: Record
    around: tuple[Record, ...]


@lru_cache(maxsize=8192)
def normal(name: str) -> str:
    """The name under which equal things are known: `itemIds` and `item_id` are *item id*."""
    words = in_words(name).split()
    return " ".join([*words[:-1], singular(words[-1])]) if words else ""


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """The normal name without what only tells one side from the other: `new_item_id` is *item id*, too."""
    words = normal(name).split()
    kept = [word for word in words if word not in _PREFIXES]
    return " ".join(kept) if kept else " ".join(words)


def is_free_text(name: str, value: object) -> bool:
    """Whether somebody may have written this freely."""
    if not isinstance(value, str):
        return False
    if _FREE & set(in_words(name).split()):
        return True
    return len(value) > LONGEST or "\n" in value or len(value.split()) > _WORDS


def aliases(name: str, owners: Sequence[str]) -> frozenset[str]:
    """The names of a field: its own, and for `id` of an *order* also *order id*."""
    own = normal(name)
    if own in ("id", "number", "code", "no", "reference", "name"):
        return frozenset({own, *(f"{owner} {own}" for owner in owners if owner)})
    return frozenset({own})


def noun(tool: str) -> str:
    """What a tool is about, by its name: `get_order` and `list_orders` are about an *order*."""
    words = in_words(tool).split()
    rest = words[1:] if len(words) > 1 else words
    for stop in ("by", "for", "of", "from", "in", "with"):
        if stop in rest[1:]:
            rest = rest[: rest.index(stop, 1)]
    if len(rest) > 1 and rest[-1] in ("detail", "details", "info", "information", "status", "record", "list", "data"):
        rest = rest[:-1]
    return normal(" ".join(rest))


def found_in(value: Any, tool: str) -> list[Field]:
    """All values of a result that may fill a parameter, in order."""
    if isinstance(value, str):
        # A tool that gives one word gives what it is named after: find_user_id_by_email a user's id.
        named = frozenset({noun(tool)})
        return [] if is_free_text("", value) else [Field(named, value, (), {}, ())]
    return list(_walk(value, (noun(tool),), (), ()))


def _walk(value: Any, owners: tuple[str, ...], path: Path, around: tuple[Record, ...]) -> Iterator[Field]:
    if len(path) > _DEEP:
        return
    if isinstance(value, Mapping):
        record = cast("Record", value)
        for name, inner in record.items():
            if isinstance(inner, Mapping | list):
                # A record may be kept under its own id; then it is one of what the records around it are.
                inside = owners if any(sign.isdigit() for sign in name) else (normal(name),)
                yield from _walk(cast("Any", inner), inside, (*path, name), (record, *around))
            elif inner is not None and not is_free_text(name, inner):
                yield Field(aliases(name, owners), inner, (*path, name), record, around)
    elif isinstance(value, list):
        for place, inner in enumerate(cast("list[Any]", value)):
            if isinstance(inner, Mapping | list):
                yield from _walk(cast("Any", inner), owners, (*path, place), around)
            elif inner is not None and not is_free_text(owners[0], inner):
                names = aliases(owners[0], ()) | {f"{owners[0]} id"}
                yield Field(names, inner, (*path, place), {}, around)


def promised_by(schema: Schema | None, tool: str) -> frozenset[str]:
    """The names of all fields that results of this schema have."""
    if schema is None:
        return frozenset({noun(tool)})
    return frozenset(_promised(schema, schema, (noun(tool),), 0))


def patterns_in(schema: Schema, tool: str) -> Iterator[tuple[str, str]]:
    """By normal name: the patterns of texts in results of this schema."""
    yield from _patterns(schema, schema, noun(tool), 0)


def _patterns(schema: Schema, root: Schema, owner: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEP:
        return
    schema = resolved(schema, root)
    for name, inner in cast("Mapping[str, Schema]", schema.get("properties", {})).items():
        inner = resolved(inner, root)
        if isinstance(inner.get("pattern"), str):
            yield from ((alias, inner["pattern"]) for alias in aliases(name, (owner,)))
        yield from _patterns(inner, root, normal(name), depth + 1)
    for key in ("items", "additionalProperties"):
        if isinstance(inner := schema.get(key), Mapping):
            yield from _patterns(cast("Schema", inner), root, owner, depth + 1)


def _promised(schema: Schema, root: Schema, owners: tuple[str, ...], depth: int) -> Iterator[str]:
    if depth > _DEEP:
        return
    schema = resolved(schema, root)
    for name, inner in cast("Mapping[str, Schema]", schema.get("properties", {})).items():
        inner = resolved(inner, root)
        if inner.get("type") in ("object", "array"):
            yield from _promised(inner, root, (normal(name),), depth + 1)
        else:
            yield from aliases(name, owners)
    for key in ("items", "additionalProperties"):
        inner = schema.get(key)
        if isinstance(inner, Mapping):
            inner = resolved(cast("Schema", inner), root)
            if inner.get("type") not in ("object", "array"):
                yield from aliases(owners[0], ())
                yield f"{owners[0]} id"
            yield from _promised(inner, root, owners, depth + 1)
