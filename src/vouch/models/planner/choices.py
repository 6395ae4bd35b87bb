"""Which of a few fixed values a customer means: by its words, else by its meaning; and yes or no.

It does not know what the values stand for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from vouch.models.planner.masking import masked
from vouch.models.planner.meanings import Meanings
from vouch.models.planner.tokens import Token, in_words, stem, stems, tokens, word_set

_NEAR: Final = 0.42
_NEAR_ASKED: Final = 0.25
_MARGIN: Final = 0.06
_NO: Final = word_set("no not don't dont without never neither nor except")
_AFTER: Final = word_set("to as by via into with instead")
_WINDOW: Final = 3
_BREATH: Final = frozenset(",;.")


class Chosen(NamedTuple):
    """A value, and how sure it is."""

    value: Any
    sure: float


def by_words(choices: Sequence[Any], text: str) -> list[Any]:
    """The choices whose every word is in `text` and not denied; of one that holds another only the longer."""
    words = tokens(text)
    said = {stem(token.word): place for place, token in enumerate(words)}
    hits: dict[Any, frozenset[str]] = {}
    for choice in choices:
        wanted = frozenset(stem(part) for part in in_words(str(choice)).split())
        if wanted and wanted <= said.keys() and not _denied([said[part] for part in wanted], words, text):
            hits[choice] = wanted
    return [one for one, words_ in hits.items() if not any(words_ < other for other in hits.values())]


def _denied(places: Sequence[int], words: Sequence[Token], text: str) -> bool:
    """Whether a little no stands before the words, in the same breath."""
    first = words[min(places)]
    before = [token for token in words[max(0, min(places) - _WINDOW) : min(places)] if token.word in _NO]
    own = {words[place].word for place in places}
    return any(not _BREATH & set(text[token.end : first.start]) for token in before) and not own & _NO


def named(choices: Sequence[Any], texts: Sequence[str]) -> Chosen | None:
    """The choice that the newest of `texts` that names one names; None when it names several alike."""
    for text in texts:
        found = by_words(choices, text)
        if len(found) > 1:
            found = [one for one in found if _comes_after(one, text)] or found
        if found:
            return Chosen(found[0], 0.97) if len(found) == 1 else None
    return None


def _comes_after(choice: Any, text: str) -> bool:
    """Whether the choice comes after *to*, as the wanted one does in *from this to that*."""
    first = re.escape(in_words(str(choice)).split()[0])
    before = re.split(rf"\b{first}", text.lower(), maxsplit=1)[0].split()[-2:]
    return bool(_AFTER & set(before))


def by_meaning(choices: Sequence[Any], texts: Sequence[str], meanings: Meanings, *, asked: bool) -> Chosen | None:
    """The choice that `texts` come nearest to, when they come near and to no other as near."""
    if not choices:
        return None
    told = [in_words(str(choice)) for choice in choices]
    scores = [0.0] * len(told)
    for text in texts:
        bare = masked(text)
        if stems(bare):
            scores = [max(pair) for pair in zip(scores, map(float, meanings.near(bare, told)), strict=True)]
    order = sorted(range(len(told)), key=lambda place: -scores[place])
    first = scores[order[0]]
    margin = first - (scores[order[1]] if len(order) > 1 else 0.0)
    if first < (_NEAR_ASKED if asked else _NEAR) or margin < _MARGIN:
        return None
    return Chosen(choices[order[0]], min(0.95, 0.6 + margin))


def flag(name: str, text: str, *, asked: bool) -> Chosen | None:
    """Whether `text` says that what `name` names shall be so; plain yes or no when it was asked."""
    words = tokens(text)
    if asked and words:
        if words[0].word in ("yes", "yeah", "yep", "sure", "ok", "okay", "true", "correct"):
            return Chosen(value=True, sure=0.97)
        if words[0].word in ("no", "nope", "not", "false", "never"):
            return Chosen(value=False, sure=0.97)
    wanted = stems(in_words(name)) - {"includ", "us", "get", "has", "flag", "enabl", "allow"}
    places = [place for place, token in enumerate(words) if stem(token.word) in wanted]
    if not wanted or len({stem(words[place].word) for place in places}) < len(wanted):
        return None
    return Chosen(value=not _denied(places, words, text), sure=0.9)
