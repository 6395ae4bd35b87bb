"""How near a customer's words come to each tool.

It does not know what is done with the nearest.

A tool with examples is as near as half its nearest example and half the middle of all, where what it does, in a
sentence, is one of them; description and name count again with two fifths of that. A tool without examples is as near
as its description and name. A tool named after the verb of the wish comes a fifth nearer, one that changes something is
a tenth farther from a question, and the values in the words count as `evidence` says. All weights were chosen on the
made-up wishes of `scripts/fit_planner.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from vouch.models.planner.clauses import asks_for_deed, asks_leave, deed, deed_as_thing, first_word, informs, is_general, polished, wished
from vouch.models.planner.evidence import evidence
from vouch.models.planner.identifiers import by_pattern
from vouch.models.planner.masking import masked
from vouch.models.planner.meanings import Floats, Meanings
from vouch.models.planner.phrases import without_names, without_things
from vouch.models.planner.tokens import each, stem, stems, tokens, word_set
from vouch.models.planner.toolbox import Skill, Toolbox
from vouch.models.planner.typos import mended

_NAME: Final = 0.4
_UNWANTED: Final = 0.15
"""Taken from a tool without examples where others have some: nobody asks for it in so many words."""


_VERB: Final = 0.1
_VERB_OF_MANY: Final = 0.04
"""The same where others are named after the verb, too, or wished for with it."""

_WISHED: Final = 0.1
_WISHED_BACK: Final = 0.25
"""Where all examples that wish with the same verb are the tool's, and many; the second for a verb with *back*, *off*..."""

_DONE: Final = 0.04
_TOLD: Final = 0.1
_GENERIC: Final = frozenset(
    map(
        stem,
        each(
            "get find know learn list show search look make do have check see give tell fetch send put bring take go"
        ),
    )
)


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


_LOOKS: Final = word_set("find show list search look check see view")


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
    scores = _scores(bare, tools, table, meanings)
    if stems(deed := masked(polished(text), tools.nouns)) and deed != bare:
        # With and without the things that have ids, which all tools of a house may be about.
        scores = (scores + _scores(deed, tools, table, meanings)) / 2
    if stems(nameless := without_names(bare)) and nameless != bare:
        scores = np.maximum(scores, _scores(nameless, tools, table, meanings))
    # Without examples nothing speaks of other things than the tools' own.
    if table.shown and stems(thingless := without_things(bare, tools.known)) and thingless != bare:
        scores = _reordered(scores, _scores(thingless, tools, table, meanings))
    scores = scores + evidence(text, tools) + _form(mended(wish, tools.words) or text, tools)
    if (helper := _person(tools, meanings)) >= 0:
        wish = float(meanings.near(bare, _PERSONS).max())
        scores[helper] = max(scores[helper], wish if wish >= _WANTED else 0.0)
    found = [Match(skill, float(score)) for skill, score in zip(tools.skills, scores, strict=True)]
    return sorted(found, key=lambda match: -match.score)


def _reordered(scores: Floats, others: Floats) -> Floats:
    """The mean of both, as high as the first: things speak against all tools, and for none of them."""
    mean = (scores + others) / 2
    return mean + (scores.max() - mean.max())


def _with_nouns(text: str, tools: Toolbox) -> str:
    """`text` with what is numbered in place of ids, so that *where is 123456?* asks for an order."""
    for skill in tools.skills:
        for one in skill.parameters:
            for found in by_pattern(text, one.patterns, bare=False)[:1] if one.kind == "identifier" else ():
                text = f"{text[: found.start]} {one.title.split()[0]} {text[found.end :]}"
    return text


def _form(text: str, tools: Toolbox) -> list[float]:
    """What the form of a wish adds for each tool: its verb, and whether it asks to be told something."""
    if asks_leave(text) and any(skill.searches for skill in tools.skills):
        return [_TOLD if skill.searches else -2 * _TOLD if _needs_one(skill) else 0.0 for skill in tools.skills]
    if informs(text):
        general = is_general(text)
        write = -2 * _TOLD if general else -_TOLD
        return [
            write if skill.writes else _TOLD if general and skill.looks_up_words else 0.0 for skill in tools.skills
        ]
    verb, wish = wished(text), deed(text)
    plain = next((one for one in (first_word(text), deed_as_thing(text)) if one and _names(one, tools)), "")
    if plain and plain != verb:
        verb = wish = plain
    done = _DONE if asks_for_deed(text) and verb not in _GENERIC else 0.0
    counts = [0 if wish in _GENERIC else skill.deeds.get(wish, 0) for skill in tools.skills]
    each_ = (_WISHED_BACK if " " in wish else _WISHED) / (1 + sum(counts))
    named = _VERB if sum(verb in skill.deeds or verb == skill.verb for skill in tools.skills) <= 1 else _VERB_OF_MANY
    return [
        _deed(skill, verb, named) + each_ * count + (done if skill.writes else 0.0)
        for skill, count in zip(tools.skills, counts, strict=True)
    ]


def _names(verb: str, tools: Toolbox) -> bool:
    """Whether a tool is named after the verb."""
    return verb not in _GENERIC and any(verb == skill.verb for skill in tools.skills)


def _needs_one(skill: Skill) -> bool:
    """Whether the tool changes a thing that must be named."""
    return skill.writes and any(one.kind == "identifier" for one in skill.required)


def _deed(skill: Skill, verb: str, named: float) -> float:
    """What the verb of a wish adds for a tool, `named` where it is called after it."""
    if skill.writes and verb in _LOOKS:
        return -_TOLD
    return named if skill.phrases and verb == skill.verb and verb not in _GENERIC else 0.0


def person(tools: Toolbox, meanings: Meanings) -> Skill | None:
    """The tool that hands over to a person, or None."""
    place = _person(tools, meanings)
    return tools.skills[place] if place >= 0 else None


def _person(tools: Toolbox, meanings: Meanings) -> int:
    """The place of that tool, or -1."""
    return meanings.once(("person", tools.texts, tools.starts), lambda: _likest_person(tools, meanings))


def _likest_person(tools: Toolbox, meanings: Meanings) -> int:
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


def _scores(bare: str, tools: Toolbox, table: _Table, meanings: Meanings) -> Floats:
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
