"""Reads a conversation from its messages, one after the other: nothing else is remembered.

It does not know how the next step is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from vouch.models.planner import dates
from vouch.models.planner.conversation import Conversation, called, ended
from vouch.models.planner.decision import Decision, decide
from vouch.models.planner.hearing import hear
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.toolbox import Toolbox
from vouch.values.message import Message, ToolResult
from vouch.values.request import Example

LONGEST: Final = 4_000
"""Characters of a message that are read: whoever has more to say is no longer asking for something."""


def after(
    talk: Conversation, message: Message, tools: Toolbox, meanings: Meanings, planned: Decision | None = None
) -> Conversation:
    """The conversation with one more message; `planned` is what was decided before it, where that is known."""
    if message.role == "system":
        return msgspec.structs.replace(talk, today=dates.today_in(message.text) or talk.today)
    if message.role == "user":
        return hear(talk, message.text[:LONGEST], tools, meanings)
    if message.result is not None:
        return _returned(talk, message.result)
    return _spoke(talk, message, tools, planned or decide(talk, tools, meanings))


def _spoke(talk: Conversation, message: Message, tools: Toolbox, planned: Decision) -> Conversation:
    """What the assistant did: as planned, or as another model in its place did it."""
    if not message.calls:
        return planned.after if planned.text == message.text else talk.dropped()
    goals = _goals_of(planned)
    if goals:
        talk = planned.after
    turn = len(talk.said) - 1
    for call in message.calls:
        skill = tools.skill(call.name)
        past = called(call, writes=skill is not None and skill.writes, turn=turn, goal=-1)
        own = goals.get((past.name, past.arguments), [])
        past = msgspec.structs.replace(past, goal=own.pop(0) if own else -1)
        talk = msgspec.structs.replace(talk, calls=(*talk.calls, past))
    return talk


def _goals_of(planned: Decision) -> dict[tuple[str, str], list[int]]:
    """By name and arguments of a planned call: the goals whose own it is."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in planned.calls:
        found.setdefault((one.skill.name, one.arguments), []).append(one.goal)
    return found


def _returned(talk: Conversation, result: ToolResult) -> Conversation:
    """A result arrived; the goal whose own call it was is done or failed by it."""
    for place in range(len(talk.calls) - 1, -1, -1):
        call = talk.calls[place]
        if call.id == result.call_id and not call.ended:
            calls = list(talk.calls)
            calls[place] = ended(call, result)
            talk = msgspec.structs.replace(talk, calls=tuple(calls))
            return _settled(talk, place) if call.goal >= 0 else talk
    return talk


def _settled(talk: Conversation, place: int) -> Conversation:
    call = talk.calls[place]
    if not call.failed:
        return talk.with_goal(call.goal, status="done", call=place)
    tried = (*talk.goals[call.goal].tried, (call.arguments, talk.successes))
    return talk.with_goal(call.goal, status="failed", call=place, tried=tried)


def without_examples(messages: Sequence[Message], examples: Sequence[Example]) -> list[Message]:
    """The messages without worked examples of the prompt: nobody said those."""
    known = {(example.input, example.output) for example in examples}
    kept: list[Message] = []
    for message in messages:
        if (
            known
            and message.role == "assistant"
            and kept
            and kept[-1].role == "user"
            and (kept[-1].text, message.text) in known
        ):
            kept.pop()
        else:
            kept.append(message)
    return kept
