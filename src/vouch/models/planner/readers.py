"""Which tools may look a parameter up, and what can only be looked up, or never.

It does not know any conversation.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from vouch.models.planner.fields import normal, noun, plain
from vouch.models.planner.schema import Parameter
from vouch.models.planner.tokens import word_set
from vouch.models.planner.toolbox import Skill, Toolbox

_DEEP: Final = 4
_CHANGES: Final = word_set("change modify update set edit correct move switch reschedule rename adjust")
_IDS: Final = word_set("id ids code number no reference ref key")
_MARKS: Final = word_set("revision version etag")


def readers(one: Parameter, skill: Skill, tools: Toolbox, *, stack: tuple[str, ...], failed: Set[str]) -> list[Skill]:
    """The tools whose results have the parameter's name, the likeliest first.

    Those come first that are named after it, then those that need what `skill` needs, too; where there are such, the
    others are left out. A tool that needs the very parameter cannot tell it.
    """
    if len(stack) > _DEEP:
        return []
    names = {normal(one.name), plain(one.name)}
    own = {normal(other.name) for other in skill.parameters}
    found = [
        reader
        for reader in tools.reads
        if reader.gives & names
        and reader.name not in stack
        and not any(normal(other.name) in names for other in reader.required)
    ]
    if any(_share(reader, own) for reader in found):
        found = [reader for reader in found if _share(reader, own) or is_about(reader, one)]
    return sorted(found, key=lambda reader: (not is_about(reader, one), -_share(reader, own), reader.name in failed))


def is_about(reader: Skill, one: Parameter) -> bool:
    """Whether the reader is named after what the parameter is an id of: `search_books` for `book_id`."""
    return plain(one.name).split()[0] == noun(reader.name).split()[-1]


def _share(reader: Skill, own: Set[str]) -> float:
    needed = [normal(one.name) for one in reader.required]
    return sum(name in own for name in needed) / (len(needed) or 1)


def is_looked_up(one: Parameter, skill: Skill, tools: Toolbox) -> bool:
    """Whether its value is one of those that a tool gives for what else is needed: then words alone make none."""
    if one.inner.kind not in ("open", "whole", "number"):
        return False
    own = {normal(other.name) for other in skill.parameters}
    found = readers(one, skill, tools, stack=(skill.name,), failed=frozenset())
    return any(_share(reader, own) > 0 for reader in found)


def is_mark(one: Parameter) -> bool:
    """Whether it marks a state of a record, as a revision does: nobody says that, whatever numbers are said."""
    return one.title.split()[-1] in _MARKS


def is_internal(one: Parameter, tools: Toolbox) -> bool:
    """Whether only a tool can know it, so that there is no use in asking: its description names that tool."""
    return any(reader.name in one.description for reader in tools.reads)


def is_new_value(one: Parameter, skill: Skill, tools: Toolbox) -> bool:
    """Whether it is what something shall be changed to: what it is now, which results tell, is of no use."""
    if not skill.writes or skill.called.split()[0] not in _CHANGES or one.kind == "list":
        return False
    return one.title.split()[-1] not in _IDS | _MARKS and not is_internal(one, tools)


def reads_one(reader: Skill, one: Parameter) -> bool:
    """Whether `reader` reads one such thing: it is called after it and needs it."""
    name = normal(one.name)
    return any(normal(other.name) == name for other in reader.required) and name.split()[0] in reader.called.split()


def reads_subject(reader: Skill, write: Skill, given: Set[str]) -> bool:
    """Whether `reader` reads a thing that `write` changes, by nothing but ids among the arguments `given`."""
    ids = {normal(one.name) for one in write.parameters if one.kind == "identifier" and one.name in given}
    names = {normal(one.name) for one in reader.required}
    subject = any(name.split()[0] in reader.called.split() for name in names)
    return bool(names) and names <= ids and subject and not reader.searches
