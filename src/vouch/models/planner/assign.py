"""Which of several mentions is for which of several parameters: by the words around each.

It does not know what kind of values they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from vouch.models.planner.mention import Mention
from vouch.models.planner.schema import Parameter
from vouch.models.planner.tokens import STOP, Token, in_words, stem, tokens, word_set

_BEFORE: Final = 6
_AFTER: Final = 3
_GENERIC: Final = word_set(
    "id number name date code value string whole amount list type which such example default optional format give"
)
_SIDES: Final = (
    (
        word_set("from source old origin start begin current first lower left min minimum"),
        word_set("from between since of start starting begin beginning"),
    ),
    (
        word_set("to target new destination end until last upper right max maximum replacement"),
        word_set("to into for with until till through end ending new"),
    ),
    (word_set("location city place country area region venue town state"), word_set("in at near around")),
    (word_set("author artist actor director creator writer composer"), word_set("by")),
)
"""Words in a parameter's name, and the small words that come before its values."""

_MONEY: Final = word_set(
    "amount price cost total budget fee salary payment money income sum principal investment revenue balance deposit"
)
_SHARE: Final = word_set("rate percent percentage share ratio probability discount interest tax yield")
LEAST: Final = 0.2
"""The score from which words speak for a parameter."""

_CORRECTS: Final = word_set("sorry mean meant actually rather correction oops")


@lru_cache(maxsize=1024)
def _cue(parameter: Parameter) -> tuple[dict[str, float], frozenset[str]]:
    words = in_words(parameter.name).split()
    weights = {stem(token.word): 0.4 for token in tokens(parameter.description) if token.word not in STOP}
    weights |= {stem(word): 1.0 for word in words}
    for word in _GENERIC:
        weights.pop(stem(word), None)
    small = frozenset[str]().union(*(cues for names, cues in _SIDES if names & set(words)))
    return weights, small


def score(parameter: Parameter, mention: Mention, text: str, words: Sequence[Token]) -> float:
    """How much the words around `mention` speak for `parameter`; 0 when nothing does."""
    weights, small = _cue(parameter)
    before = [token for token in words if token.end <= mention.start][-_BEFORE:][::-1]
    after = [token for token in words if token.start >= mention.end][:_AFTER]
    total = 0.0
    for place, token in enumerate(before):
        total += (
            weights.get(stem(token.word), 0.0) / (1 + 0.4 * place)
            if _same_part(text, token.end, mention.start)
            else 0.0
        )
        total += 0.9 / (1 + place) ** 2 if token.word in small else 0.0
    for place, token in enumerate(after):
        if _same_part(text, mention.end, token.start):
            total += 0.7 * weights.get(stem(token.word), 0.0) / (1 + 0.5 * place)
    return total + _by_sign(parameter, mention, weights)


def is_money(parameter: Parameter) -> bool:
    """Whether the parameter is named like an amount of money."""
    return bool(_MONEY & set(in_words(parameter.name).split()))


def is_share(parameter: Parameter) -> bool:
    """Whether the parameter is a share of one: 8 % is 0.08, unless its description speaks of percent."""
    named = bool(_SHARE & set(in_words(parameter.name).split()))
    return named and not re.search(r"percent|%", parameter.description, re.IGNORECASE)


def _same_part(text: str, start: int, end: int) -> bool:
    return not any(sign in text[start:end] for sign in ".;\n")


def _by_sign(parameter: Parameter, mention: Mention, weights: Mapping[str, float]) -> float:
    words = set(in_words(parameter.name).split())
    if mention.sign == "money":
        return 1.0 if words & _MONEY else -0.3
    if mention.sign == "share":
        return 1.0 if words & _SHARE else -0.3
    return 0.5 * weights.get(stem(mention.sign), 0.0) if mention.sign else 0.0


def assign(
    parameters: Sequence[Parameter], mentions: Sequence[Mention], text: str, *, strict: bool, last: bool = False
) -> dict[str, Mention]:
    """Mentions by parameter name: first where words speak for it, then in order, the needed ones first.

    When `strict`, a parameter that can be left out gets only what words speak for. With `last` a single parameter takes
    the last mention of several, as it does where customers correct themselves.
    """
    words = tokens(text)
    scores = {
        (one.name, place): score(one, mention, text, words)
        for one in parameters
        for place, mention in enumerate(mentions)
    }
    names = {one.name: one for one in parameters}
    given: dict[str, Mention] = {}
    left = set(range(len(mentions)))
    needed = sum(one.required for one in parameters)
    for name, place in sorted(scores, key=lambda pair: (-round(scores[pair], 3), not names[pair[0]].required, pair[1])):
        if (
            scores[name, place] >= LEAST
            and name not in given
            and place in left
            and not _tied(scores, name, place, names)
        ):
            spare = len(left) - needed
            if not names[name].required and spare <= 0:
                continue  # what must be filled comes first
            needed -= names[name].required
            given[name] = mentions[place]
            left.discard(place)
    open_ = [one for one in parameters if one.name not in given and (one.required or not strict)]
    open_.sort(key=lambda one: not one.required)
    if len(open_) == 1 and len(left) > 1 and (last or any(token.word in _CORRECTS for token in words)):
        return given | {open_[0].name: mentions[max(left)]}
    for one, place in zip(open_, sorted(left), strict=False):
        given[one.name] = mentions[place]
    return given


def _tied(scores: Mapping[tuple[str, int], float], name: str, place: int, names: Mapping[str, Parameter]) -> bool:
    """Whether this mention speaks as much for a needed parameter: then the order decides."""
    own = scores[name, place]
    return any(other != name and names[other].required and abs(scores[other, place] - own) < 0.05 for other in names)
