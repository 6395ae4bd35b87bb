"""What a new message of the customer changes: it answers a question, brings new wishes, takes some back, or none of it.

It does not know what is said or called next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import structs

from vouch.models.planner.choices import by_meaning
from vouch.models.planner.clauses import asks
from vouch.models.planner.confidence import BAR
from vouch.models.planner.context import Context
from vouch.models.planner.conversation import Conversation, Goal, Question
from vouch.models.planner.courtesy import courtesy, does_not_know, takes_back
from vouch.models.planner.masking import masked
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.schema import Parameter
from vouch.models.planner.slots import fill
from vouch.models.planner.tokens import stems, word_set
from vouch.models.planner.toolbox import Toolbox, introduces
from vouch.models.planner.wishes import Heard, Wish, heard, is_likely

_TURNS: Final = 0.7
"""The chance from which a wish turns the customer away from a question that they were asked."""

_PLACES: Final = (
    re.compile(r"\b(?:first|1st|former|1)\b", re.IGNORECASE),
    re.compile(r"\b(?:second|2nd|latter|2)\b", re.IGNORECASE),
    re.compile(r"\b(?:third|3rd|last|3)\b", re.IGNORECASE),
)
_TYPED: Final = word_set("identifier email phone postcode date moment time person address record number whole")
_FACTS: Final = word_set("identifier email phone postcode person first_name")
_MEANS: Final = re.compile(r"^\W*(?:(?:no|sorry|oh)\W+)*(?:i|we) mean(?:t)?\b", re.IGNORECASE)
_AGAIN: Final = re.compile(r"\b(?:and|also|too|same|as well|what about|how about)\b", re.IGNORECASE)


def hear(talk: Conversation, text: str, tools: Toolbox, meanings: Meanings) -> Conversation:
    """The conversation after the customer said `text`."""
    return _Hearing(
        structs.replace(talk, said=(*talk.said, text), courtesy="", unclear=False), text, tools, meanings
    ).hear()


class _Hearing:
    """One message, heard in a conversation in which it is the last said."""

    def __init__(self, talk: Conversation, text: str, tools: Toolbox, meanings: Meanings) -> None:
        self._talk = talk
        self._text = text
        self._tools = tools
        self._meanings = meanings

    def hear(self) -> Conversation:
        """The conversation after it."""
        kind = courtesy(self._text)
        if kind == "enough":
            return structs.replace(self._talk.dropped(), courtesy=kind)
        if takes_back(self._text):
            self._talk = self._talk.dropped()
        question = self._talk.question
        if question.kind == "clarify":
            return self._clarified(question)
        if question.kind and self._talk.goals[question.goal].status == "open":
            return self._answered(question)
        if kind:
            return structs.replace(self._talk, courtesy=kind, question=Question())
        return self._wished(self._heard())

    def _heard(self) -> Heard:
        return heard(self._text, self._tools, self._meanings)

    def _wished(self, found: Heard) -> Conversation:
        """New wishes; or more about one that failed, or the same once more; or nothing that is understood."""
        again = self._again()
        if again is not None and all(introduces(wish.skill) for wish in found.wishes):
            return again
        if found.wishes:
            self._talk = structs.replace(self._talk, question=Question(), failures=0)
            return self._with(tuple(self._once_more(wish) for wish in found.wishes))
        question = Question("clarify", options=found.options)
        return structs.replace(self._talk, unclear=True, failures=self._talk.failures + 1, question=question)

    def _with(self, wishes: Sequence[Wish]) -> Conversation:
        turn = len(self._talk.said) - 1
        new = tuple(
            Goal(wish.skill.name, (*wish.before, wish.text), wish.sure, turn, wish.place, wish.fixed) for wish in wishes
        )
        return structs.replace(self._talk, goals=self._talk.goals + new)

    def _once_more(self, wish: Wish) -> Wish:
        """The wish with what was said about it before, where it is the last one again, which failed."""
        last = self._talk.goals[-1] if self._talk.goals else None
        again = last is not None and last.status == "failed" and last.tool == wish.skill.name
        return wish._replace(before=last.words) if last is not None and again else wish

    def _again(self) -> Conversation | None:
        """The last goal reopened, or made anew, when the message says more about it.

        A goal that failed is reopened by any fact for it; one that is done is made anew with another id, but a write
        only when the message says *also*.
        """
        place = len(self._talk.goals) - 1
        goal = self._talk.goals[place] if place >= 0 else None
        skill = self._tools.skill(goal.tool) if goal else None
        if goal is None or skill is None or goal.status not in ("done", "failed"):
            return None
        failed = goal.status == "failed"
        takers = [skill, *self._tools.reads] if failed else [skill]
        wanted = [one for taker in takers for one in taker.parameters if one.kind in _FACTS]
        choices = [one for one in skill.parameters if one.kind == "choice"]
        if failed:
            told = self._has(wanted, asked=True) or self._has(choices, asked=False) or _MEANS.search(self._text)
        else:
            told = self._has(wanted, asked=False) and (not skill.writes or _AGAIN.search(self._text))
        if not told:
            return None
        question = Question(goal=place if failed else place + 1, parameters=tuple(one.name for one in wanted))
        talk = structs.replace(self._talk, question=question)
        words = (*goal.words, self._text)
        if failed:
            return talk.with_goal(place, status="open", words=words, reported=False)
        new = Goal(goal.tool, words, goal.sure, goal.turn, goal.place)
        return structs.replace(talk, goals=(*talk.goals, new))

    def _has(self, wanted: Sequence[Parameter], *, asked: bool) -> bool:
        """Whether the message has a value for one of the `wanted`."""
        names = frozenset(one.name for one in wanted) if asked else frozenset[str]()
        context = Context((self._text,), (), names, self._talk.today, self._tools.verbs, self._meanings)
        return bool(fill(wanted, context))

    def _answered(self, question: Question) -> Conversation:
        """An answer to what was asked about a goal, and whatever else the message wants."""
        goal = self._talk.goals[question.goal]
        known = [one for skill in self._tools.skills for top in skill.parameters for one in (top, *top.fields)]
        asked = [one for one in known if one.name in question.parameters]
        typed = [one for one in asked if one.kind in _TYPED]
        choices = [one for one in asked if one.kind == "choice"]
        told = question.kind == "which" or self._has(typed, asked=True) or self._has(choices, asked=False)
        certain = told or len(typed) < len(asked)
        new = [wish for wish in self._heard().wishes if _is_new(wish, goal, certain=certain)]
        new = [wish for wish in new if not told or asks(wish.text, self._tools.verbs)]
        if new and not told:
            self._talk = structs.replace(self._talk.dropped(), failures=0)
            return self._with(new)
        unknown = goal.unknown | set(question.parameters) if does_not_know(self._text) and not told else goal.unknown
        words = (*goal.words, self._text[: new[0].place] if new and new[0].place else self._text)
        self._talk = self._talk.with_goal(question.goal, words=words, unknown=frozenset(unknown))
        return self._with(new)

    def _clarified(self, question: Question) -> Conversation:
        """One of the things that were offered, or a new wish."""
        found = self._heard()
        chosen, sure = self._option(question.options), BAR
        before = self._talk.said[-2]
        if any(not introduces(wish.skill) for wish in found.wishes):
            return self._wished(found)
        if chosen is None and question.options:
            chosen, sure = self._likely(before, question.options[0])
        if chosen is None:
            return self._wished(found)
        goal = Goal(chosen, (before, self._text), sure, len(self._talk.said) - 2)
        return structs.replace(self._talk, goals=(*self._talk.goals, goal), question=Question(), failures=0)

    def _likely(self, before: str, option: str) -> tuple[str | None, float]:
        """The first thing offered, where customers go on with facts as if they had been understood."""
        facts = [one for skill in self._tools.skills for one in skill.parameters if one.kind in _FACTS]
        skill = self._tools.skill(option)
        if skill is None or not self._has(facts, asked=True):
            return None, 0.0
        found = heard(before, self._tools, self._meanings)
        return (option if is_likely(skill, found.chance) and not found.torn else None), found.chance

    def _option(self, options: Sequence[str]) -> str | None:
        for option, pattern in zip(options, _PLACES, strict=False):
            if pattern.search(self._text):
                return option
        first = self._tools.skill(options[0]) if options else None
        # A bare yes to several things is no yes to one that changes something.
        if first is not None and courtesy(self._text) == "yes" and (len(options) == 1 or not first.writes):
            return first.name
        chosen = by_meaning(options, [self._text], self._meanings, asked=False)
        return str(chosen.value) if chosen else None


def _is_new(wish: Wish, goal: Goal, *, certain: bool) -> bool:
    """Whether a wish heard in an answer is one of its own: surely another, or plainly besides what was asked."""
    if wish.skill.name == goal.tool or introduces(wish.skill) or not stems(masked(wish.text)):
        return False
    return wish.sure >= (_TURNS if certain else BAR)
