"""What a new message of the customer changes: it answers a question, brings new wishes, takes some back, or none of it.

It does not know what is said or called next.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from vouch.models.planner.choices import by_meaning
from vouch.models.planner.confidence import BAR
from vouch.models.planner.context import Context
from vouch.models.planner.conversation import Conversation, Goal, Question
from vouch.models.planner.courtesy import courtesy, does_not_know, takes_back
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.schema import Parameter
from vouch.models.planner.slots import fill
from vouch.models.planner.toolbox import Toolbox, introduces
from vouch.models.planner.wishes import Heard, Wish, heard, is_likely

_TURNS: Final = 0.7
"""The chance from which a wish turns the customer away from a question that they were asked."""

_FIRST: Final = re.compile(r"\b(?:first|1st|former|1)\b", re.IGNORECASE)
_SECOND: Final = re.compile(r"\b(?:second|2nd|latter|2)\b", re.IGNORECASE)
_THIRD: Final = re.compile(r"\b(?:third|3rd|last|3)\b", re.IGNORECASE)
_TYPED: Final = frozenset(
    {
        "identifier",
        "email",
        "phone",
        "postcode",
        "date",
        "moment",
        "time",
        "person",
        "address",
        "record",
        "number",
        "whole",
    }
)
_FACTS: Final = frozenset({"identifier", "email", "phone", "postcode", "person", "first_name"})
_MEANS: Final = re.compile(r"^\W*(?:no\W+|sorry\W+|oh\W+)*(?:i|we) mean(?:t)?\b", re.IGNORECASE)
_AGAIN: Final = re.compile(r"\b(?:and|also|too|same|as well|what about|how about)\b", re.IGNORECASE)


def hear(talk: Conversation, text: str, tools: Toolbox, meanings: Meanings) -> Conversation:
    """The conversation after the customer said `text`."""
    question = talk.question
    talk = msgspec.structs.replace(talk, said=(*talk.said, text), courtesy="", unclear=False)
    kind = courtesy(text)
    if kind == "enough":
        return msgspec.structs.replace(talk.dropped(), courtesy=kind)
    if takes_back(text):
        talk, question = talk.dropped(), Question()
    if question.kind == "clarify":
        return _clarified(talk, text, tools, meanings)
    if question.kind and talk.goals[question.goal].status == "open":
        return _answered(talk, text, question, tools, meanings)
    if kind:
        return msgspec.structs.replace(talk, courtesy=kind, question=Question())
    return _wished(talk, text, heard(text, tools, meanings), tools, meanings)


def _wished(talk: Conversation, text: str, found: Heard, tools: Toolbox, meanings: Meanings) -> Conversation:
    """New wishes; or facts for a wish that failed, or for the same once more; or nothing that is understood."""
    again = _again(talk, text, tools, meanings)
    if again is not None and all(introduces(wish.skill) for wish in found.wishes):
        return again
    if found.wishes:
        talk = msgspec.structs.replace(talk, question=Question(), failures=0)
        return _with_wishes(talk, tuple(_once_more(talk, wish) for wish in found.wishes))
    question = Question("clarify", options=found.options)
    return msgspec.structs.replace(talk, unclear=True, failures=talk.failures + 1, question=question)


def _with_wishes(talk: Conversation, wishes: tuple[Wish, ...]) -> Conversation:
    turn = len(talk.said) - 1
    new = tuple(
        Goal(wish.skill.name, (*wish.before, wish.text), wish.sure, turn, wish.place, wish.fixed) for wish in wishes
    )
    return msgspec.structs.replace(talk, goals=talk.goals + new)


def _once_more(talk: Conversation, wish: Wish) -> Wish:
    """The wish with what was said about it before, where it is the last one again, which failed."""
    last = talk.goals[-1] if talk.goals else None
    return (
        wish._replace(before=last.words) if last and last.status == "failed" and last.tool == wish.skill.name else wish
    )


def _again(talk: Conversation, text: str, tools: Toolbox, meanings: Meanings) -> Conversation | None:
    """The last goal reopened, when the message brings facts for it; a write that was done only when it says *also*."""
    if not talk.goals:
        return None
    place = len(talk.goals) - 1
    goal = talk.goals[place]
    skill = tools.skill(goal.tool)
    if skill is None or goal.status not in ("done", "failed"):
        return None
    failed = goal.status == "failed"
    takers = [skill, *tools.reads] if failed else [skill]
    wanted = [one for taker in takers for one in taker.parameters if one.kind in _FACTS]
    if not values(wanted, text, tools, meanings, asked=failed) or (
        not failed and skill.writes and not _AGAIN.search(text)
    ):
        return None
    talk = msgspec.structs.replace(talk, question=Question(goal=place, parameters=tuple(one.name for one in wanted)))
    if failed:
        return talk.with_goal(place, status="open", words=(*goal.words, text), reported=False)
    renewed = msgspec.structs.replace(
        goal, words=(*goal.words, text), status="open", call=-1, reported=False, fixed=(), tried=(), note=""
    )
    return msgspec.structs.replace(
        talk, goals=(*talk.goals, renewed), question=msgspec.structs.replace(talk.question, goal=place + 1)
    )


def values(wanted: list[Parameter], text: str, tools: Toolbox, meanings: Meanings, *, asked: bool) -> bool:
    """Whether `text` has a value for one of the `wanted`."""
    names = frozenset(one.name for one in wanted) if asked else frozenset[str]()
    context = Context((text,), (), names, None, tools.verbs, meanings)
    return bool(fill(wanted, context))


def _answered(talk: Conversation, text: str, question: Question, tools: Toolbox, meanings: Meanings) -> Conversation:
    """An answer to what was asked about a goal, and whatever else the message wants."""
    goal = talk.goals[question.goal]
    known = [one for skill in tools.skills for top in skill.parameters for one in (top, *top.fields)]
    asked = [one for one in known if one.name in question.parameters]
    typed = [one for one in asked if one.kind in _TYPED]
    told = question.kind == "which" or values(typed, text, tools, meanings, asked=True)
    found = heard(text, tools, meanings)
    new = tuple(wish for wish in found.wishes if _is_new(wish, goal, told=told, only_typed=len(typed) == len(asked)))
    if new and not told:
        return _with_wishes(msgspec.structs.replace(talk.dropped(), failures=0), new)
    unknown = goal.unknown | set(question.parameters) if does_not_know(text) and not told else goal.unknown
    talk = talk.with_goal(question.goal, words=(*goal.words, text), unknown=frozenset(unknown))
    return _with_wishes(talk, new)


def _is_new(wish: Wish, goal: Goal, *, told: bool, only_typed: bool) -> bool:
    """Whether a wish heard in an answer is one of its own: surely another, or plainly besides what was asked."""
    if wish.skill.name == goal.tool or introduces(wish.skill):
        return False
    return wish.sure >= (_TURNS if told or not only_typed else BAR)


def _clarified(talk: Conversation, text: str, tools: Toolbox, meanings: Meanings) -> Conversation:
    """One of the things that were offered, or a new wish."""
    options, turn = talk.question.options, len(talk.said) - 2
    found = heard(text, tools, meanings)
    if any(not introduces(wish.skill) for wish in found.wishes):
        return _wished(talk, text, found, tools, meanings)
    before = talk.said[turn]
    chosen, sure = _option(options, text, meanings), BAR
    if chosen is None and options and values(_facts(tools), text, tools, meanings, asked=True):
        sure = heard(before, tools, meanings).chance
        first = tools.skill(options[0])
        chosen = options[0] if first is not None and is_likely(first, sure) else None
    if chosen is None:
        return _wished(talk, text, found, tools, meanings)
    goal = Goal(chosen, (before, text), sure, turn)
    return msgspec.structs.replace(talk, goals=(*talk.goals, goal), question=Question(), failures=0)


def _facts(tools: Toolbox) -> list[Parameter]:
    return [one for skill in tools.skills for one in skill.parameters if one.kind in _FACTS]


def _option(options: tuple[str, ...], text: str, meanings: Meanings) -> str | None:
    for place, pattern in enumerate((_FIRST, _SECOND, _THIRD)):
        if pattern.search(text) and place < len(options):
            return options[place]
    if options and courtesy(text) == "yes":
        return options[0]
    chosen = by_meaning(options, [text], meanings, asked=False)
    return str(chosen.value) if chosen else None
