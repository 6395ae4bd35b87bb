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
from typing import Final, NamedTuple

import numpy as np

from vouch.models.planner.clauses import asks_for_deed, informs, is_general, polished, wished
from vouch.models.planner.evidence import evidence
from vouch.models.planner.identifiers import by_pattern
from vouch.models.planner.masking import masked
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.phrases import without_names
from vouch.models.planner.tokens import stem, stems, tokens, word_set
from vouch.models.planner.toolbox import Skill, Toolbox
from vouch.models.planner.typos import mended

_NAME: Final = 0.4
_UNWANTED: Final = 0.15
"""Taken from a tool without examples where others have some: nobody asks for it in so many words."""


_VERB: Final = 0.2
_NAMED: Final = 0.06
_DONE: Final = 0.04
_TOLD: Final = 0.1
_GENERIC: Final = word_set("get find know learn list show search look make do have check see give tell find fetch")


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


def matches(text: str, tools: Toolbox, meanings: Meanings) -> list[Match]:
    """Every tool with how near `text` comes to it, nearest first; with the names in it or without, as is nearer."""
    text = mended(text, tools.words)
    bare = masked(polished(text))
    if not stems(bare):
        bare = masked(polished(_with_nouns(text, tools)))
    if not tokens(bare) or not tools.skills:
        return []
    values = evidence(text, tools)
    helper = person(tools, meanings)
    nameless = without_names(bare)
    scores = [_scores(bare, tools, meanings)]
    if stems(nameless) and nameless != bare:
        scores.append(_scores(nameless, tools, meanings))
    if stems(deed := masked(polished(text), tools.nouns)) and deed != bare:
        scores = [_middle(scores[0], _scores(deed, tools, meanings)), *scores[1:]]
    found = [
        Match(skill, max(one[place] for one in scores) + values[place] + _form(text, skill))
        for place, skill in enumerate(tools.skills)
    ]
    if helper is not None:
        wish = float(meanings.near(bare, _PERSONS).max())
        wish = wish if wish >= _WANTED else 0.0
        found = [match._replace(score=max(match.score, wish)) if match.skill is helper else match for match in found]
    return sorted(found, key=lambda match: -match.score)


def _middle(one: list[float], other: list[float]) -> list[float]:
    """The mean of both: with and without the things that have ids, which all tools of a house may be about."""
    return [(first + second) / 2 for first, second in zip(one, other, strict=True)]


def _with_nouns(text: str, tools: Toolbox) -> str:
    """`text` with what is numbered in place of ids, so that *where is 123456?* asks for an order."""
    for skill in tools.skills:
        for one in skill.parameters:
            for found in by_pattern(text, one.patterns, bare=False)[:1] if one.kind == "identifier" else ():
                text = f"{text[: found.start]} {one.title.split()[0]} {text[found.end :]}"
    return text


def _form(text: str, skill: Skill) -> float:
    """What the form of a wish adds: its verb, and whether it asks to be told something."""
    if informs(text):
        general = is_general(text)
        if skill.writes:
            return -2 * _TOLD if general else -_TOLD
        return _TOLD if general and skill.looks_up_words else 0.0
    verb = wished(text)
    if skill.writes and verb in _LOOKS:
        return -_TOLD
    added = _VERB if _does(skill, verb) else _NAMED if _is_named(skill, text) else 0.0
    return added + (_DONE if skill.writes and asks_for_deed(text) and verb not in _GENERIC else 0.0)


def person(tools: Toolbox, meanings: Meanings) -> Skill | None:
    """The tool that hands over to a person, or None."""
    best, found = _PERSON, None
    near = meanings.of(tools.texts) @ meanings.of(_PERSONS[:3]).T
    place = 0
    for skill in tools.skills:
        count = len(skill.phrases) + 2
        nearest = float(near[place : place + count].max())
        if nearest >= best:
            best, found = nearest, skill
        place += count
    return found


def _scores(bare: str, tools: Toolbox, meanings: Meanings) -> list[float]:
    near = meanings.near(bare, tools.texts)
    scores: list[float] = []
    place = 0
    for skill in tools.skills:
        count = len(skill.phrases)
        about, called = float(near[place + count]), float(near[place + count + 1])
        if count:
            score = _exemplified(skill, near[place : place + count], meanings) + _NAME * max(about, called)
        else:
            score = max(about, called) * (1 + _NAME) - (_UNWANTED if tools.exemplified else 0.0)
        scores.append(score / (1 + _NAME))
        place += count + 2
    return scores


def _does(skill: Skill, verb: str) -> bool:
    """Whether the tool is named after this verb, and the verb tells one tool from another."""
    return bool(verb) and bool(skill.phrases) and verb not in _GENERIC and stem(skill.called.split()[0]) == verb


def _is_named(skill: Skill, text: str) -> bool:
    """Whether the verb that the tool is named after comes in `text`, as in *register the return*."""
    verb = stem(skill.called.split()[0])
    return bool(skill.phrases) and verb not in _GENERIC and verb in stems(text)


def _exemplified(skill: Skill, near: np.ndarray[tuple[int], np.dtype[np.float32]], meanings: Meanings) -> float:
    middle = meanings.of(skill.phrases).mean(axis=0)
    length = float(np.linalg.norm(middle)) or 1.0
    return 0.5 * float(near.max()) + 0.5 * float(near.mean()) / length


def best(found: Sequence[Match]) -> tuple[float, float]:
    """The nearest tool's score, and by how much the next one's is less."""
    return found[0].score, found[0].score - (found[1].score if len(found) > 1 else 0.0)
