"""The next step towards a goal: its own call, a look-up that it needs first, or what must be asked.

It does not know how a goal was understood, or how anything is said.

Backward chaining over schemas: what a goal lacks is taken from results under the same name; where there is none, a tool
that reads and whose result has that name becomes a goal of its own. A tool is never looked up through itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from vouch.models.planner import candidates as choosing
from vouch.models.planner import places_slots
from vouch.models.planner.candidates import Candidate
from vouch.models.planner.context import Context, Filled
from vouch.models.planner.conversation import Conversation, Goal, Past, spelled
from vouch.models.planner.fields import normal, noun, plain
from vouch.models.planner.masking import masked
from vouch.models.planner.matching import person
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.schema import Parameter
from vouch.models.planner.slots import fill
from vouch.models.planner.tokens import stems, word_set
from vouch.models.planner.toolbox import Skill, Toolbox, introduces

_DEEP: Final = 4
_LOOKS: Final = 6
"""Things of which each is looked at to find the one that is meant."""

_SAID: Final = 0.99
_GIVEN: Final = 0.96
_CHOSEN: Final = 0.9


_NOT_KNOWN: Final = "I could not find out what is needed for that."
_CHANGES: Final = word_set("change modify update set edit correct move switch reschedule rename adjust")
_IDS: Final = word_set("id ids code number no reference ref key")
_MARKS: Final = word_set("revision version etag")
_ANOTHER: Final = re.compile(r"\b(?:other|another|different|else)\b", re.IGNORECASE)


class Do(NamedTuple):
    """Make this call; `own` when it is the goal's own."""

    skill: Skill
    arguments: dict[str, Any]
    sure: float
    own: bool = False

    @property
    def spelled(self) -> str:
        """The arguments in one canonical spelling."""
        return spelled(self.arguments)


class Look(NamedTuple):
    """Make all of these calls, which change nothing."""

    calls: tuple[Do, ...]


class Need(NamedTuple):
    """Ask for these; `instead` may be told in their place."""

    parameters: tuple[Parameter, ...]
    instead: tuple[Parameter, ...] = ()


class Which(NamedTuple):
    """Ask which of these is meant."""

    parameter: Parameter
    found: tuple[Candidate, ...]


class Blocked(NamedTuple):
    """A look-up that is needed failed, with a message; other facts for its parameters may help."""

    message: str
    parameters: tuple[Parameter, ...]


Step = Do | Look | Need | Which | Blocked


class Chain:
    """Finds the next step of one goal in one state of a conversation."""

    def __init__(self, tools: Toolbox, talk: Conversation, place: int, meanings: Meanings) -> None:
        self._tools = tools
        self._talk = talk
        self._goal = talk.goals[place]
        self._place = place
        self._meanings = meanings

    def step(self) -> Step:
        """The next step."""
        skill = self._tools.skill(self._goal.tool)
        assert skill is not None  # noqa: S101 - goals are made of the tools there are
        step = self._resolve(skill, ())
        if isinstance(step, Do) and (skill.writes or self._goal.tried) and (first := self._before(step)):
            return first
        return step._replace(own=True) if isinstance(step, Do) and step.skill is skill else step

    def _resolve(self, skill: Skill, stack: tuple[str, ...]) -> Step:
        """How to call `skill`, or what comes before that."""
        given = self._said(skill)
        missing = [one for one in skill.required if one.name not in given]
        steps: list[tuple[Parameter, Step]] = []
        while missing:
            one = missing.pop(0)
            found = self._found(one, skill, given, (*stack, skill.name))
            if isinstance(found, Filled):
                given[one.name] = found
            elif isinstance(found, Do | Look):
                return found
            else:
                steps.append((one, found))
        if steps:
            return _joined(steps)
        self._optional(skill, given)
        if skill.any_of and not any(one.name in given for one in skill.any_of):
            return Need(skill.any_of[:1], skill.any_of[1:])
        sure = min((found.sure for found in given.values()), default=1.0)
        return Do(skill, {name: found.value for name, found in given.items()}, sure)

    def _said(self, skill: Skill) -> dict[str, Filled]:
        """What the customer said for the tool's parameters."""
        names = {normal(name): value for name, value in self._goal.fixed}
        fixed = {one.name: names[normal(one.name)] for one in skill.parameters if normal(one.name) in names}
        looked_up = {one.name for one in skill.parameters if self._is_looked_up(one, skill)}
        open_ = [
            msgspec.structs.replace(one, required=False) if one.name in looked_up else one
            for one in skill.parameters
            if one.name not in fixed and not (one.name in looked_up and _inner(one).kind == "open")
        ]
        given = fill(open_, self._context(skill))
        return {name: Filled(value, _SAID) for name, value in fixed.items()} | given

    def _is_looked_up(self, one: Parameter, skill: Skill) -> bool:
        """Whether its value is one of those that a tool gives for what else is needed: then words alone make none."""
        if _inner(one).kind not in ("open", "whole", "number"):
            return False
        own = {normal(other.name) for other in skill.parameters}
        return any(_share(reader, own) > 0 for reader in self._readers(one, skill, (skill.name,)))

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

    def _found(self, one: Parameter, skill: Skill, given: dict[str, Filled], stack: tuple[str, ...]) -> Filled | Step:
        """A value out of results, the call that will give one, or what to ask for."""
        arguments = {name: filled.value for name, filled in given.items()}
        if (one.personal and introduces(skill)) or self._is_new_value(one, skill):
            return self._question(one, skill, [])
        asks: list[tuple[Skill, Step]] = []
        fallback: Filled | Step | None = None
        for reader in self._readers(one, skill, stack):
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
            by_words = isinstance(found, Filled) and found.sure == _CHOSEN
            if by_words or (_about(reader, one) and isinstance(found, Filled | Which | Look)):
                return found
            fallback = _better(fallback, found)
        if isinstance(fallback, Filled | Which | Look):
            return fallback
        return self._anywhere(one, skill, arguments) or fallback or self._question(one, skill, asks)

    def _out_of(self, past: Past, one: Parameter, reader: Skill, arguments: dict[str, Any]) -> Filled | Step | None:
        """What a look-up that was made has for a parameter."""
        if past.failed:
            return Blocked(past.content, self._told(reader))
        return self._taken(one, [past, *self._others(past)], arguments)

    def _anywhere(self, one: Parameter, skill: Skill, arguments: dict[str, Any]) -> Filled | Step | None:
        """What any result has, or the customer's own words where no tool knows such values."""
        if found := self._taken(one, list(self._talk.results()), arguments):
            return found
        said = fill([one], self._context(skill)).get(one.name)
        return said if said and said.value not in arguments.values() else None

    def _others(self, past: Past) -> Iterable[Past]:
        return (call for call in self._talk.results() if call is not past)

    def _readers(self, one: Parameter, skill: Skill, stack: tuple[str, ...]) -> list[Skill]:
        """The tools whose results have the parameter's name, those first that share most of what is known."""
        names = {normal(one.name), plain(one.name)}
        own = {normal(other.name) for other in skill.parameters}
        readers = [
            reader
            for reader in self._tools.reads
            if reader.gives & names and reader.name not in stack and len(stack) <= _DEEP and not _wants(reader, names)
        ]
        if any(_share(reader, own) for reader in readers):
            readers = [reader for reader in readers if _share(reader, own) or _about(reader, one)]
        failed = {call.name for call in self._talk.calls if call.failed}
        return sorted(
            readers, key=lambda reader: (not _about(reader, one), -_share(reader, own), reader.name in failed)
        )

    def _taken(self, one: Parameter, calls: list[Past], arguments: dict[str, Any]) -> Filled | Step | None:
        """The value that results have, chosen by the customer's words where there are several."""
        found = choosing.candidates(one, calls, arguments)
        texts = (*self._goal.words[::-1],)
        if one.kind == "list":
            return self._several(one, found, texts)
        if len(found) == 1 or not found:
            return self._preferred(one, found, texts, arguments)
        if chosen := choosing.choose(found, texts, self._talk.today):
            return Filled(_typed(one, chosen.value), _CHOSEN, said=False)
        return self._closer_look(one, found) or Which(one, tuple(found))

    def _preferred(
        self, one: Parameter, found: list[Candidate], texts: Sequence[str], arguments: dict[str, Any]
    ) -> Filled | None:
        """The only value; or another that looks like it, where the customer's words speak for that one."""
        if not found or not isinstance(found[0].value, str):
            return Filled(_typed(one, found[0].value), _GIVEN, said=False) if found else None
        if not one.patterns and not any(
            introduces(reader) and normal(one.name) in reader.gives for reader in self._tools.reads
        ):
            told = choosing.said_alike(found[0], texts, list(arguments.values()))
            if told is not None:
                return Filled(told, _CHOSEN)
        others = choosing.of_its_look(one, found, self._talk.results())
        others = [other for other in others if other.value != found[0].value]
        chosen = choosing.choose([*found, *others], texts) if others else None
        if chosen and chosen in others:
            return Filled(chosen.value, _CHOSEN, said=False)
        return Filled(found[0].value, _GIVEN, said=False)

    def _several(self, one: Parameter, found: list[Candidate], texts: Sequence[str]) -> Filled | Which | None:
        if not found:
            return None
        chosen = found if len(found) == 1 else choosing.choose_several(found, texts, self._talk.today)
        if not chosen:
            return Which(one, tuple(found))
        return Filled([_typed(one, each.value) for each in chosen], _CHOSEN, said=False)

    def _closer_look(self, one: Parameter, found: list[Candidate]) -> Look | None:
        """Reads of every candidate, where the customer's words may tell them apart once more is known of them."""
        reader = next((each for each in self._tools.reads if _single(each, one)), None)
        if reader is None or len(found) > _LOOKS or not self._tells_more():
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

    def _tells_more(self) -> bool:
        """Whether the customer's words say more than that this tool is wanted."""
        skill = self._tools.skill(self._goal.tool)
        known = stems(
            " ".join((*skill.phrases, skill.about, skill.called, *(one.title for one in skill.parameters)))
            if skill
            else ""
        )
        return bool(stems(masked(" ".join(self._goal.words))) - known)

    def _around(self, reader: Skill, one: Parameter, value: Any) -> dict[str, Any] | None:
        """The arguments with which `reader` looks at `value`; None when another of them is not known."""
        arguments = {other.name: value for other in reader.required if normal(other.name) == normal(one.name)}
        for other in reader.required:
            if other.name not in arguments:
                found = choosing.candidates(other, self._talk.results(), {})
                if len(found) != 1:
                    return None
                arguments[other.name] = _typed(other, found[0].value)
        return arguments

    def _is_new_value(self, one: Parameter, skill: Skill) -> bool:
        """Whether it is what something shall be changed to: what it is now, which results tell, is of no use."""
        if not skill.writes or skill.called.split()[0] not in _CHANGES or one.kind == "list":
            return False
        words = one.title.split()
        named = words[-1] in _IDS or words[-1] in _MARKS
        return not named and not self._is_internal(one)

    def _question(self, one: Parameter, skill: Skill, asks: list[tuple[Skill, Step]]) -> Step:
        """What to ask for: the parameter itself, or what the tools that give it need."""
        if one.is_address and (pieces := places_slots.missing(one, self._context(skill))):
            return Need(pieces)
        which = next((step for _, step in asks if isinstance(step, Which | Blocked)), None)
        needs = [(reader, step) for reader, step in asks if isinstance(step, Need)]
        if which:
            return which
        internal = [step for reader, step in needs if all(each.personal for each in reader.required or reader.any_of)]
        if internal:
            others = [each for step in internal[1:] for each in step.parameters]
            return Need(internal[0].parameters, (*internal[0].instead, *others, *((one,) if one.patterns else ())))
        if needs and (one.kind != "identifier" or one.name in self._goal.unknown):
            return needs[0][1]
        return Blocked(_NOT_KNOWN, ()) if self._is_internal(one) else Need((one,))

    def _is_internal(self, one: Parameter) -> bool:
        """Whether only a tool can know it, so that there is no use in asking."""
        return any(reader.name in one.description for reader in self._tools.reads)

    def _optional(self, skill: Skill, given: dict[str, Filled]) -> None:
        """Fill what can be left out, where results have several values and the customer's words speak for some."""
        arguments = {name: filled.value for name, filled in given.items()}
        for one in skill.parameters:
            if one.required or one.name in given or not self._is_looked_up(one, skill):
                continue
            found = choosing.candidates(one, self._talk.results(), arguments)
            chosen = choosing.choose_several(found, self._goal.words[::-1]) if len(found) > 1 else []
            if chosen and len(chosen) < len(found):
                values = [_typed(one, each.value) for each in chosen]
                given[one.name] = Filled(values if one.kind == "list" else values[0], _CHOSEN, said=False)

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
        needed = reader.required or reader.any_of
        if needed and all(one.personal for one in needed):
            known = any(call.well and reader.gives & self._gives(call.name) for call in self._talk.calls)
            return not known and bool(self._said(reader))
        ids = {
            normal(one.name) for one in step.skill.parameters if one.kind == "identifier" and one.name in step.arguments
        }
        names = {normal(one.name) for one in reader.required}
        subject = any(name.split()[0] in reader.called.split() for name in names)
        return bool(names) and names <= ids and subject and not reader.searches

    def _gives(self, name: str) -> frozenset[str]:
        skill = self._tools.skill(name)
        return skill.gives if skill else frozenset()


def _background(talk: Conversation, goal: Goal) -> tuple[str, ...]:
    """What else the customer said: before the goal's words in its message, in earlier messages, then after them."""
    own = talk.said[goal.turn]
    earlier = [text for text in talk.said[: goal.turn][::-1]]
    pieces = (own[: goal.place], *earlier, own[goal.place :])
    return tuple(text for text in pieces if text.strip() and text not in goal.words)


def _about(reader: Skill, one: Parameter) -> bool:
    """Whether the reader is named after what the parameter is an id of: `search_books` for `book_id`."""
    return plain(one.name).split()[0] == noun(reader.name).split()[-1]


def _better(first: Filled | Step | None, second: Filled | Step | None) -> Filled | Step | None:
    """A value before a question, a question before a failure."""
    order = (Filled, Look, Which, Blocked)
    known = [one for one in (first, second) if one is not None]
    return min(known, key=lambda one: order.index(type(one))) if known else None


def _share(reader: Skill, own: set[str]) -> float:
    needed = [normal(one.name) for one in reader.required]
    return sum(name in own for name in needed) / (len(needed) or 1)


def _wants(reader: Skill, names: set[str]) -> bool:
    return any(normal(one.name) in names for one in reader.required)


def _single(reader: Skill, one: Parameter) -> bool:
    """Whether `reader` reads one such thing: it is called after it and needs it."""
    name = normal(one.name)
    return any(normal(other.name) == name for other in reader.required) and name.split()[0] in reader.called.split()


def _inner(one: Parameter) -> Parameter:
    """What a list holds, or the parameter itself."""
    return one.item if one.kind == "list" and one.item else one


def _typed(one: Parameter, value: Any) -> Any:
    return choosing.as_number(value) if _inner(one).kind in ("whole", "number") else value


def _joined(steps: Sequence[tuple[Parameter, Step]]) -> Step:
    """One step out of what all missing parameters want: a failure first, then one question for all that is needed."""
    for kind in (Blocked, Which):
        for _, step in steps:
            if isinstance(step, kind):
                return step
    wanted: dict[str, Parameter] = {}
    instead: dict[str, Parameter] = {}
    for _, step in steps:
        assert isinstance(step, Need)  # noqa: S101 - the others have been returned
        wanted |= {one.name: one for one in step.parameters}
        instead |= {one.name: one for one in step.instead}
    return Need(tuple(wanted.values()), tuple(one for name, one in instead.items() if name not in wanted))
