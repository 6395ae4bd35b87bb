"""Whether a conversation keeps what the customer has told it: nothing is asked for again.

It does not know what a question means; the case says by which words it is recognised.

After the knowledge retention of DeepEval, where a judge extracts the facts; here the case names them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

from msgspec import Struct

from vouch.scorers.answer import measured, shown, unanswered, unjudged
from vouch.scorers.label import plain
from vouch.scorers.regex import LONGEST
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_QUESTION: Final = re.compile(r"[^.!?\n]*\?")


class KnowledgeKept(Struct, frozen=True):
    """The share of the facts told by the customer that the app does not ask for afterwards."""

    @property
    def name(self) -> str:
        """`knowledge_kept`."""
        return "knowledge_kept"

    async def score(self, case: Case, result: Result) -> Score:
        """The share; a case that expects no object of facts and patterns, or whose facts are never told, has none."""
        if missing := unanswered(self.name, result):
            return missing
        facts = _facts(case.expected)
        words = [plain(text) for text in (case.input, *case.then)]
        told = {fact: next((turn for turn, text in enumerate(words) if plain(fact) in text), None) for fact in facts}
        if not facts or None in told.values():
            return unjudged(self.name, case, "an object from facts that the customer tells to patterns of questions")
        said = result.said or (result.output,)
        asked = {
            fact: next((question for text in said[turn or 0 :] if (question := _asking(pattern, text))), "")
            for (fact, pattern), turn in zip(facts.items(), told.values(), strict=True)
        }
        again = [
            f"{shown(fact)} was told, yet asked for: {shown(question)}" for fact, question in asked.items() if question
        ]
        return measured(self.name, 1 - len(again) / len(facts), "; ".join(again))


def knowledge_kept() -> KnowledgeKept:
    """The share of facts that the app, once told, does not ask for again.

    A case expects an object such as `{"W4923227": "order (number|id)"}`: a text that the customer says in some turn,
    and a pattern that recognises a question for it. Only what stands before a question mark counts as a question.
    """
    return KnowledgeKept()


def _facts(expected: object) -> dict[str, re.Pattern[str]]:
    """Facts and compiled patterns; nothing where any cannot be used."""
    if not isinstance(expected, Mapping):
        return {}
    facts: dict[str, re.Pattern[str]] = {}
    for fact, pattern in cast("Mapping[object, object]", expected).items():
        if not isinstance(fact, str) or not isinstance(pattern, str) or not plain(fact):
            return {}
        try:
            facts[fact] = re.compile(pattern, re.IGNORECASE)
        except (re.error, OverflowError, RecursionError):
            return {}
    return facts


def _asking(pattern: re.Pattern[str], text: str) -> str:
    """The first question of a text that the pattern recognises."""
    return next((question.strip() for question in _QUESTION.findall(text[:LONGEST]) if pattern.search(question)), "")
