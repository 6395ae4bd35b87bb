"""Fills what is said in words: people's names, fixed choices, yes and no, titles, reasons and questions.

It does not know ids, numbers or dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from vouch.models.planner import choices as choosing
from vouch.models.planner import names, phrases
from vouch.models.planner.assign import assign
from vouch.models.planner.clauses import polished
from vouch.models.planner.context import Context, Filled
from vouch.models.planner.courtesy import does_not_know
from vouch.models.planner.schema import Parameter
from vouch.models.planner.tokens import in_words, shortened, stems

Given = dict[str, Filled]

_WHY: Final = frozenset({"reason", "why"})
_REFERS: Final = re.compile(r"\b(?:it|them|that one|this one)\b", re.IGNORECASE)
_LOOKS: Final = frozenset({"query", "search", "topic", "question"})
_LONGEST: Final = 300
_OPEN: Final = ("open", "city", "region", "country", "street")


def people(parameters: Sequence[Parameter], context: Context) -> Given:
    """Full, first and last names."""
    whole = [one for one in parameters if one.kind == "person"]
    first = [one for one in parameters if one.kind == "first_name"]
    last = [one for one in parameters if one.kind == "last_name"]
    given: Given = {}
    for text, answers in context.all_texts(background=True) if whole or first or last else ():
        asked = answers and bool(context.asked & {one.name for one in (*whole, *first, *last)})
        asked = asked or (context.any_name and text in context.texts)
        found = context.free(names.people(text, asked=asked), text)
        if found:
            context.take(found[0], text)
            given |= {one.name: Filled(found[0].value, found[0].sure) for one in whole[:1]}
            given |= {one.name: Filled(names.apart(found[0].value).first, found[0].sure) for one in first[:1]}
            given |= {one.name: Filled(names.apart(found[0].value).last, found[0].sure) for one in last[:1]}
            break
        if first and (single := names.first_names(text)):
            given.setdefault(first[0].name, Filled(single[0].value, single[0].sure))
    return given


def choices(parameters: Sequence[Parameter], context: Context) -> Given:
    """Fixed values, lists of them, and yes or no."""
    given: Given = {}
    for one in parameters:
        if one.kind == "choice" and (found := _choice(one, context)):
            given[one.name] = Filled(found.value, found.sure)
        elif one.kind == "list" and one.item and one.item.kind == "choice":
            several = [value for text in context.texts[:1] for value in choosing.by_words(one.item.choices, text)]
            if several:
                given[one.name] = Filled(several, 0.95)
        elif one.kind == "flag":
            said = (
                choosing.flag(one.name, text, asked=_asked(one, place, context))
                for place, text in enumerate(context.texts)
            )
            if answer := next((found for found in said if found), None):
                given[one.name] = Filled(answer.value, answer.sure)
    return given


def _asked(parameter: Parameter, place: int, context: Context) -> bool:
    return place == 0 and parameter.name in context.asked


def _choice(parameter: Parameter, context: Context) -> choosing.Chosen | None:
    """By words in what was said, newest first; by meaning in an answer, and in what was said beside the wish itself."""
    asked = parameter.name in context.asked
    for place, text in enumerate(context.texts):
        if named := choosing.named(parameter.choices, (text,)):
            return named
        added = place < len(context.texts) - 1
        if added and parameter.required and not does_not_know(text):
            here = asked and place == 0
            if meant := choosing.by_meaning(parameter.choices, (text,), context.meanings, asked=here):
                return meant
    if not parameter.required:
        return None
    beside = [piece for text in context.texts for piece in phrases.details(text, context.verbs)]
    return choosing.by_meaning(parameter.choices, beside, context.meanings, asked=False)


def open_texts(parameters: Sequence[Parameter], context: Context) -> Given:
    """Titles, places and other names; the whole answer when one was asked for."""
    wanted = [one for one in parameters if one.kind in _OPEN]
    given: Given = {}
    for one in wanted:
        if one.hints and (found := choosing.named(one.hints, context.texts)):
            given[one.name] = Filled(found.value, 0.9)
    for place, text in enumerate(context.texts):
        open_ = [one for one in wanted if one.name not in given]
        mentions = context.free(phrases.named(text), text) if open_ else []
        for name, mention in assign(open_, mentions, text, strict=True).items():
            context.take(mention, text)
            given[name] = Filled(mention.value, mention.sure)
        asked = [one for one in open_ if one.name not in given and _asked(one, place, context)]
        if len(asked) == 1 and (answer := phrases.answer(text)):
            given[asked[0].name] = Filled(answer, 0.8)
    for one in parameters:
        if one.kind == "list" and one.item and one.item.kind in _OPEN and one.required:
            found = [mention.value for text in context.texts[:1] for mention in context.free(phrases.named(text), text)]
            given |= {one.name: Filled(found, 0.7)} if found else {}
    return given


def words(parameters: Sequence[Parameter], context: Context) -> Given:
    """Reasons, questions, what is looked for, and the customer's own words for whoever reads them."""
    given: Given = {}
    for one in parameters:
        if one.kind == "words" and (found := _words(one, context)):
            given[one.name] = found
    return given


def _words(parameter: Parameter, context: Context) -> Filled | None:
    called = set(in_words(parameter.name).split())
    if called & _WHY:
        why = phrases.reason(context.texts, context.verbs, asked=parameter.name in context.asked)
        return Filled(why.value, why.sure) if why and (parameter.required or why.sure >= 0.9) else None
    if not parameter.required and not context.tells_all:
        return None
    if called & _LOOKS:
        first = phrases.asked(context.texts[-1], context.verbs) if context.texts else ""
        first = context.texts[-1] if _REFERS.search(first) else first
        found = phrases.question(first) if context.searches else phrases.looked_for(first, context.verbs)
        return Filled(found, 0.85) if found else None
    quoted = [one.value for text in context.texts for one in phrases.quoted(text) if len(one.value.split()) > 2]
    said = quoted[0] if quoted else " ".join(polished(text) for text in reversed(context.texts))
    return Filled(shortened(said, _LONGEST), 0.85) if stems(said) else None
