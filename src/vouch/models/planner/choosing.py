"""Which value of results is the one for a parameter: the only one, or the one that the customer's words speak for.

It does not know which calls were made for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from vouch.models.planner.candidates import (
    Candidate,
    as_number,
    candidates,
    choose,
    choose_several,
    of_its_look,
    said_alike,
)
from vouch.models.planner.context import Filled
from vouch.models.planner.conversation import Conversation, Goal, Past
from vouch.models.planner.fields import normal
from vouch.models.planner.masking import masked
from vouch.models.planner.readers import is_looked_up, reads_one
from vouch.models.planner.schema import Parameter
from vouch.models.planner.steps import Do, Look, Which
from vouch.models.planner.tokens import stems
from vouch.models.planner.toolbox import Skill, Toolbox, introduces

_LOOKS: Final = 6
"""Things of which each is looked at to find the one that is meant."""

_GIVEN: Final = 0.96
_CHOSEN: Final = 0.9


class Chooser:
    """Chooses values for one goal in one state of a conversation."""

    def __init__(self, tools: Toolbox, talk: Conversation, goal: Goal) -> None:
        self._tools = tools
        self._talk = talk
        self._texts = goal.words[::-1]
        self._tool = goal.tool

    def take(self, one: Parameter, calls: Sequence[Past], given: Mapping[str, Any]) -> Filled | Look | Which | None:
        """The value that `calls` have, a closer look where they have several, or the question which; None for none."""
        found = candidates(one, calls, given)
        if not found:
            return None
        if one.kind == "list":
            return self._several(one, found)
        if len(found) == 1:
            return self._only(one, found[0], given)
        if chosen := choose(found, self._texts, self._talk.today):
            return Filled(typed(one, chosen.value), _CHOSEN, said=False)
        return self._closer_look(one, found) or Which(one, tuple(found))

    def _only(self, one: Parameter, found: Candidate, given: Mapping[str, Any]) -> Filled:
        """The only value; or another that looks like it, where the customer names one, or their words speak for one."""
        if not isinstance(found.value, str):
            return Filled(typed(one, found.value), _GIVEN, said=False)
        internal = any(introduces(reader) and normal(one.name) in reader.gives for reader in self._tools.reads)
        told = None if one.patterns or internal else said_alike(found, self._texts, list(given.values()))
        if told is not None:
            return Filled(told, _CHOSEN)
        others = [each for each in of_its_look(one, found, self._talk.results()) if each.value != found.value]
        chosen = choose([found, *others], self._texts) if others else None
        if chosen in others and chosen is not None:
            return Filled(chosen.value, _CHOSEN, said=False)
        return Filled(typed(one, found.value), _GIVEN, said=False)

    def _several(self, one: Parameter, found: list[Candidate]) -> Filled | Which:
        chosen = found if len(found) == 1 else choose_several(found, self._texts, self._talk.today)
        if not chosen:
            return Which(one, tuple(found))
        return Filled([typed(one, each.value) for each in chosen], _CHOSEN, said=False)

    def _closer_look(self, one: Parameter, found: Sequence[Candidate]) -> Look | None:
        """Reads of every candidate, where the customer's words may tell them apart once more is known of them."""
        reader = next((each for each in self._tools.reads if reads_one(each, one)), None)
        if reader is None or len(found) > _LOOKS or not self._says_more():
            return None
        calls: list[Do] = []
        for each in found:
            arguments = self._around(reader, one, each.value)
            if arguments is None:
                return None
            call = Do(reader, arguments, _GIVEN)
            if self._talk.last_call(reader.name, call.spelled) is None:
                calls.append(call)
        return Look(tuple(calls)) if calls else None

    def _says_more(self) -> bool:
        """Whether the customer's words say more than that this tool is wanted."""
        skill = self._tools.skill(self._tool)
        assert skill is not None  # noqa: S101 - goals are made of the tools there are
        about = (*skill.phrases, skill.about, skill.called, *(one.title for one in skill.parameters))
        return bool(stems(masked(" ".join(self._texts))) - stems(" ".join(about)))

    def _around(self, reader: Skill, one: Parameter, value: Any) -> dict[str, Any] | None:
        """The arguments with which `reader` looks at `value`; None when another of them is not known."""
        arguments = {other.name: value for other in reader.required if normal(other.name) == normal(one.name)}
        for other in reader.required:
            if other.name not in arguments:
                found = candidates(other, self._talk.results(), {})
                if len(found) != 1:
                    return None
                arguments[other.name] = typed(other, found[0].value)
        return arguments

    def optional(self, skill: Skill, given: Mapping[str, Filled]) -> dict[str, Filled]:
        """What can be left out, where results have several values and the customer's words speak for some of them."""
        arguments = {name: filled.value for name, filled in given.items()}
        chosen: dict[str, Filled] = {}
        for one in skill.parameters:
            if one.required or one.name in given or not is_looked_up(one, skill, self._tools):
                continue
            found = candidates(one, self._talk.results(), arguments)
            meant = choose_several(found, self._texts) if len(found) > 1 else []
            if meant and len(meant) < len(found):
                values = [typed(one, each.value) for each in meant]
                chosen[one.name] = Filled(values if one.kind == "list" else values[0], _CHOSEN, said=False)
        return chosen


def typed(one: Parameter, value: Any) -> Any:
    """A value as the parameter takes it: a number that a result has as text is a number."""
    return as_number(value) if one.inner.kind in ("whole", "number") else value
