"""The next step towards a goal: its own call, a look-up that it needs first, or what must be asked.

It does not know how a goal was understood, or how anything is said.

Backward chaining over schemas: what a goal lacks is taken from results under the same name; where there is none, a tool
that reads and whose result has that name becomes a goal of its own. A tool is never looked up through itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import structs

from vouch.models.planner import places_slots
from vouch.models.planner.choosing import Chooser
from vouch.models.planner.context import Context, Filled
from vouch.models.planner.conversation import Conversation, Goal, Past
from vouch.models.planner.fields import normal
from vouch.models.planner.matching import person
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.readers import (
    is_about,
    is_internal,
    is_looked_up,
    is_mark,
    is_new_value,
    readers,
    reads_subject,
)
from vouch.models.planner.schema import Parameter
from vouch.models.planner.slots import fill
from vouch.models.planner.steps import Blocked, Do, Look, Need, Step, Which, better, joined
from vouch.models.planner.toolbox import Skill, Toolbox, introduces

_SAID: Final = 0.99
_NOT_KNOWN: Final = "I could not find out what is needed for that."
_ANOTHER: Final = re.compile(r"\b(?:other|another|different|else)\b", re.IGNORECASE)


class Chain:
    """Finds the next step of one goal in one state of a conversation."""

    def __init__(self, tools: Toolbox, talk: Conversation, place: int, meanings: Meanings) -> None:
        self._tools = tools
        self._talk = talk
        self._goal = talk.goals[place]
        self._place = place
        self._meanings = meanings
        self._chooser = Chooser(tools, talk, self._goal)
        self._told_for: dict[str, Mapping[str, Filled]] = {}
        self._failed = frozenset(call.name for call in talk.calls if call.failed)

    def step(self) -> Step:
        """The next step."""
        skill = self._tools.skill(self._goal.tool)
        assert skill is not None  # noqa: S101 - goals are made of the tools there are
        step = self._resolve(skill, ())
        if not isinstance(step, Do) or step.skill is not skill:
            return step
        first = self._before(step) if skill.writes or self._goal.tried else None
        return first or step._replace(own=True)

    def _resolve(self, skill: Skill, stack: tuple[str, ...]) -> Step:
        """How to call `skill`, or what comes before that."""
        given = dict(self._said(skill))
        open_: list[Step] = []
        for one in skill.required:
            if one.name in given:
                continue
            found = self._found(one, skill, given, (*stack, skill.name))
            if isinstance(found, Filled):
                given[one.name] = found
            elif isinstance(found, Do | Look):
                return found
            else:
                open_.append(found)
        if open_:
            return joined(open_)
        given |= self._chooser.optional(skill, given)
        if skill.any_of and not any(one.name in given for one in skill.any_of):
            return Need(skill.any_of[:1], skill.any_of[1:])
        sure = min((found.sure for found in given.values()), default=1.0)
        return Do(skill, {name: found.value for name, found in given.items()}, sure)

    def _said(self, skill: Skill) -> Mapping[str, Filled]:
        """What the customer said for the tool's parameters."""
        if skill.name not in self._told_for:
            self._told_for[skill.name] = self._read(skill)
        return self._told_for[skill.name]

    def _read(self, skill: Skill) -> Mapping[str, Filled]:
        names = {normal(name): value for name, value in self._goal.fixed}
        fixed = {
            one.name: Filled(names[normal(one.name)], _SAID) for one in skill.parameters if normal(one.name) in names
        }
        open_: list[Parameter] = []
        for one in skill.parameters:
            looked_up = is_looked_up(one, skill, self._tools)
            if one.name not in fixed and not (looked_up and (one.inner.kind == "open" or is_mark(one))):
                open_.append(structs.replace(one, required=False) if looked_up else one)
        return fixed | fill(open_, self._context(skill))

    def _context(self, skill: Skill) -> Context:
        talk, goal = self._talk, self._goal
        asked = talk.question.parameters if talk.question.goal == self._place else ()
        return Context(
            texts=goal.words[::-1],
            background=() if _ANOTHER.search(" ".join(goal.words)) else _background(talk, goal),
            asked=frozenset(asked),
            today=talk.today,
            verbs=self._tools.verbs,
            meanings=self._meanings,
            searches=skill.searches,
            any_name=not introduces(skill),
            tells_all=skill is person(self._tools, self._meanings),
        )

    def _found(
        self, one: Parameter, skill: Skill, given: Mapping[str, Filled], stack: tuple[str, ...]
    ) -> Filled | Step:
        """A value out of results, the call that will give one, or what to ask for."""
        if (one.personal and introduces(skill)) or is_new_value(one, skill, self._tools):
            return self._question(one, skill, ())
        arguments = {name: filled.value for name, filled in given.items()}
        asks: list[tuple[Skill, Step]] = []
        fallback: Step | None = None
        for reader in readers(one, skill, self._tools, stack=stack, failed=self._failed):
            step = self._resolve(reader, stack)
            if isinstance(step, Look) or (isinstance(step, Do) and step.skill is not reader):
                return step
            if not isinstance(step, Do):
                asks.append((reader, step))
                continue
            past = self._talk.last_call(reader.name, step.spelled)
            if past is None:
                return step
            found = self._out_of(past, one, reader, arguments)
            if isinstance(found, Filled) or (is_about(reader, one) and isinstance(found, Which | Look)):
                return found
            fallback = better(fallback, found)
        other = self._otherwise(one, skill, arguments, fallback)
        return self._question(one, skill, asks) if other is None else other

    def _out_of(self, past: Past, one: Parameter, reader: Skill, given: Mapping[str, Any]) -> Filled | Step | None:
        """What a look-up that was made has for a parameter."""
        if past.failed:
            return Blocked(past.content, self._told(reader))
        return self._chooser.take(one, [past, *(call for call in self._talk.results() if call is not past)], given)

    def _otherwise(
        self, one: Parameter, skill: Skill, given: Mapping[str, Any], fallback: Step | None
    ) -> Filled | Step | None:
        """The best that look-ups gave, what any result has, or the customer's own words where no tool knows values."""
        if isinstance(fallback, Which | Look):
            return fallback
        if found := self._chooser.take(one, list(self._talk.results()), given):
            return found
        said = fill([one], self._context(skill)).get(one.name)
        return said if said and said.value not in given.values() else fallback

    def _question(self, one: Parameter, skill: Skill, asks: Sequence[tuple[Skill, Step]]) -> Step:
        """What to ask for: the parameter itself, or what the tools that give it need."""
        if one.is_address and (pieces := places_slots.missing(one, self._context(skill))):
            return Need(pieces)
        for _, step in asks:
            if isinstance(step, Which | Blocked):
                return step
        needs = [(reader, step) for reader, step in asks if isinstance(step, Need)]
        personal = [step for reader, step in needs if introduces(reader)]
        if personal:
            others = [each for step in personal[1:] for each in step.parameters]
            itself = (one,) if one.patterns else ()
            return Need(personal[0].parameters, (*personal[0].instead, *others, *itself))
        if needs and (one.kind != "identifier" or one.name in self._goal.unknown):
            return needs[0][1]
        return Blocked(_NOT_KNOWN, ()) if is_internal(one, self._tools) else Need((one,))

    def _before(self, step: Do) -> Step | None:
        """Reads that a policy may want to have seen: who the customer is, and the thing that is to be changed."""
        for reader in self._tools.reads:
            if reader is step.skill or not self._is_look(reader, step):
                continue
            look = self._resolve(reader, (self._goal.tool,))
            if not isinstance(look, Do) or look.skill is not reader:
                continue
            past = self._talk.last_call(reader.name, look.spelled)
            if past is None:
                return look
            if past.failed:
                return Blocked(past.content, self._told(reader))
        return None

    def _told(self, reader: Skill) -> tuple[Parameter, ...]:
        """The parameters of a look-up that the customer told."""
        told = self._said(reader)
        return tuple(one for one in reader.parameters if one.name in told)

    def _is_look(self, reader: Skill, step: Do) -> bool:
        """Whether `reader` finds the customer by what they said of themselves, or reads the thing of the write."""
        if not introduces(reader):
            return reads_subject(reader, step.skill, step.arguments.keys())
        found = (self._tools.skill(call.name) for call in self._talk.calls if call.well)
        known = any(skill is not None and reader.gives & skill.gives for skill in found)
        return not known and bool(self._said(reader))


def _background(talk: Conversation, goal: Goal) -> tuple[str, ...]:
    """What else the customer said: before the goal's words in its message, in earlier messages, then after them."""
    own = talk.said[goal.turn]
    pieces = (own[: goal.place], *talk.said[: goal.turn][::-1], own[goal.place :])
    return tuple(text for text in pieces if text.strip() and text not in goal.words)
