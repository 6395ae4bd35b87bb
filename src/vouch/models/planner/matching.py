"""How near a customer's words come to each tool.

It does not know what is done with the nearest.

A tool with examples is as near as half its nearest example and half the middle of all, where what it does, in a
sentence, is one of them; description and name count again with two fifths of that. A tool without examples is as near
as its description and name. Things that no tool knows, such as *the red lamp*, make all tools less near, but count only
half in their order. The form of the words counts as `form` says, the values in them as `evidence` says. All weights
were chosen on the made-up wishes of `scripts/fit_planner.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from vouch.models.planner.clauses import polished
from vouch.models.planner.evidence import evidence
from vouch.models.planner.form import form
from vouch.models.planner.identifiers import by_pattern
from vouch.models.planner.masking import masked
from vouch.models.planner.meanings import Floats, Meanings
from vouch.models.planner.phrases import without_names, without_things
from vouch.models.planner.tokens import stems, tokens
from vouch.models.planner.toolbox import Skill, Toolbox
from vouch.models.planner.typos import mended

_NAME: Final = 0.4
_UNWANTED: Final = 0.15
"""Taken from a tool without examples where others have some: nobody asks for it in so many words."""


_PERSONS: Final = (
    "I want to talk to a person.",
    "Let me speak to a human being.",
    "Hand over to a human agent.",
    "Put me through to a member of your staff.",
    "I do not want to chat with a machine.",
    "Somebody should call me.",
    "A real person, please.",
)
"""What people say who want a person, whatever the tool for that is called."""

_PERSON: Final = 0.62
_WANTED: Final = 0.5


class Match(NamedTuple):
    """A tool, and how near it is."""

    skill: Skill
    score: float


def matches(text: str, tools: Toolbox, meanings: Meanings, wish: str = "") -> list[Match]:
    """Every tool with how near `text` comes to it, nearest first; with the names in it or without, as is nearer.

    `wish` are those of the words that are put as a wish, where not all are.
    """
    text = mended(text, tools.words)
    bare = masked(polished(text))
    if not stems(bare):
        bare = masked(polished(_with_nouns(text, tools)))
    if not tokens(bare) or not tools.skills:
        return []
    table = meanings.once(("tools", tools.texts, tools.starts), lambda: _table(tools, meanings))
    scores = _scores(bare, table, meanings)
    if stems(deed := masked(polished(text), tools.nouns)) and deed != bare:
        # With and without the things that have ids, which all tools of a house may be about.
        scores = _mean(scores, _scores(deed, table, meanings))
    if stems(nameless := without_names(bare)) and nameless != bare:
        scores = np.maximum(scores, _scores(nameless, table, meanings))
    # Without examples nothing speaks of other things than the tools' own.
    if table.shown and stems(thingless := without_things(bare, tools.known)) and thingless != bare:
        scores = _reordered(scores, _scores(thingless, table, meanings))
    values, added = evidence(text, tools), form(mended(wish, tools.words) or text, tools)
    scores = scores + np.array(values, np.float32) + np.array(added, np.float32)
    if (helper := _person(tools, meanings)) >= 0:
        wanted = float(meanings.near(bare, _PERSONS).max())
        scores[helper] = max(scores[helper], wanted if wanted >= _WANTED else 0.0)
    found = [Match(skill, float(score)) for skill, score in zip(tools.skills, scores, strict=True)]
    return sorted(found, key=lambda match: -match.score)


def _mean(scores: Floats, others: Floats) -> Floats:
    return (scores + others) * np.float32(0.5)


def _reordered(scores: Floats, others: Floats) -> Floats:
    """The mean of both, as high as the first: things speak against all tools, and for none of them."""
    mean = _mean(scores, others)
    return mean + (scores.max() - mean.max())


def _with_nouns(text: str, tools: Toolbox) -> str:
    """`text` with what is numbered in place of ids, so that *where is 123456?* asks for an order."""
    for skill in tools.skills:
        for one in skill.parameters:
            for found in by_pattern(text, one.patterns, bare=False)[:1] if one.kind == "identifier" else ():
                text = f"{text[: found.start]} {one.title.split()[0]} {text[found.end :]}"
    return text


def person(tools: Toolbox, meanings: Meanings) -> Skill | None:
    """The tool that hands over to a person, or None."""
    place = _person(tools, meanings)
    return tools.skills[place] if place >= 0 else None


def _person(tools: Toolbox, meanings: Meanings) -> int:
    """The place of that tool, or -1."""
    return meanings.once(("person", tools.texts, tools.starts), lambda: _likeliest_person(tools, meanings))


def _likeliest_person(tools: Toolbox, meanings: Meanings) -> int:
    if not tools.skills:
        return -1
    near = (meanings.of(tools.texts) @ meanings.of(_PERSONS[:3]).T).max(axis=1)
    nearest = np.maximum.reduceat(near, tools.starts)
    # The last of equals.
    place = len(nearest) - 1 - int(nearest[::-1].argmax())
    return place if nearest[place] >= _PERSON else -1


class _Table(NamedTuple):
    """The vectors by which tools are chosen: phrases in `runs`, those of the tools at `shown`, and what sums tools up.

    `middles` are the directions of the means of phrases, `abouts` and `names` those of descriptions and names.
    """

    phrases: Floats
    runs: list[int]
    shown: list[int]
    middles: Floats
    abouts: Floats
    names: Floats


def _table(tools: Toolbox, meanings: Meanings) -> _Table:
    shown = [place for place, skill in enumerate(tools.skills) if skill.phrases]
    phrases = [phrase for skill in tools.skills for phrase in skill.phrases]
    runs = list(accumulate((len(tools.skills[place].phrases) for place in shown), initial=0))[:-1]
    vectors = meanings.of(phrases)
    middles = [meanings.of(tools.skills[place].phrases).mean(axis=0) for place in shown]
    return _Table(
        vectors,
        runs,
        shown,
        np.array([middle / (float(np.linalg.norm(middle)) or 1.0) for middle in middles], np.float32),
        meanings.of([skill.about for skill in tools.skills]),
        meanings.of([skill.called for skill in tools.skills]),
    )


def _scores(bare: str, table: _Table, meanings: Meanings) -> Floats:
    vector = meanings.of([bare])[0]
    told = np.maximum(table.abouts @ vector, table.names @ vector)
    if not table.shown:
        return told
    scores = told - _UNWANTED / (1 + _NAME)
    nearest = np.maximum.reduceat(table.phrases @ vector, table.runs)
    shown = 0.5 * nearest + 0.5 * (table.middles @ vector)
    scores[table.shown] = (shown + _NAME * told[table.shown]) / (1 + _NAME)
    return scores


def best(found: Sequence[Match]) -> tuple[float, float]:
    """The nearest tool's score, and by how much the next one's is less."""
    return found[0].score, found[0].score - (found[1].score if len(found) > 1 else 0.0)
