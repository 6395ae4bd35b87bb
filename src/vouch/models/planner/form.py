"""What the form of a wish adds to how near each tool is: its verb, and whether it asks to be told or to be allowed.

It does not know what the other words mean.

A verb counts for the tool that is named after it, and for those whose examples wish with it, by how many of all such
examples are theirs. A question keeps away from tools that change something. All weights were chosen on the made-up
wishes of `scripts/fit_planner.py`.
"""

from __future__ import annotations

from typing import Final

from vouch.models.planner.clauses import asks_leave, informs, is_general
from vouch.models.planner.deeds import asks_for_deed, deed, deed_as_thing, first_word, wished
from vouch.models.planner.tokens import each, stem, word_set
from vouch.models.planner.toolbox import Skill, Toolbox

_VERB: Final = 0.1
_VERB_OF_MANY: Final = 0.04
"""The same where others are named after the verb, too, or wished for with it."""

_WISHED: Final = 0.1
_WISHED_BACK: Final = 0.25
"""Where all of many examples that wish with the verb are the tool's; the second for one with *back*, *off* and such."""

_DONE: Final = 0.04
_TOLD: Final = 0.1
_GENERIC: Final = frozenset(
    map(
        stem,
        each("get find know learn list show search look make do have check see give tell fetch send put bring take go"),
    )
)
_LOOKS: Final = word_set("find show list search look check see view")


def form(text: str, tools: Toolbox) -> list[float]:
    """What the form of a wish adds for each tool: its verb, and whether it asks to be told something."""
    if asks_leave(text) and any(skill.searches for skill in tools.skills):
        return [_TOLD if skill.searches else -2 * _TOLD if _needs_one(skill) else 0.0 for skill in tools.skills]
    if informs(text):
        general = is_general(text)
        write = -2 * _TOLD if general else -_TOLD
        return [write if skill.writes else _TOLD if general and skill.looks_up_words else 0.0 for skill in tools.skills]
    return _by_verb(text, tools)


def _by_verb(text: str, tools: Toolbox) -> list[float]:
    verb, wish = wished(text), deed(text)
    plain = next((one for one in (first_word(text), deed_as_thing(text)) if one and _names(one, tools)), verb)
    if plain != verb:
        verb = wish = plain
    done = _DONE if asks_for_deed(text) and verb not in _GENERIC else 0.0
    counts = [0 if wish in _GENERIC else skill.deeds.get(wish, 0) for skill in tools.skills]
    share = (_WISHED_BACK if " " in wish else _WISHED) / (1 + sum(counts))
    named = _VERB if sum(verb in skill.deeds or verb == skill.verb for skill in tools.skills) <= 1 else _VERB_OF_MANY
    return [
        _deed(skill, verb, named) + share * count + (done if skill.writes else 0.0)
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
